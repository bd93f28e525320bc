package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"
)

// Each task is waited for in steps of ten milliseconds; machines made side by side share them.
const creators = 8

// Device keys as a vCenter numbers them.
const firstControllerKey, firstDiskKey, firstCardKey = 1000, 2000, 4000

// fleetUptime is how long the fleet has run when the simulator starts: a full hour of samples is there at once.
const fleetUptime = 72 * time.Hour

// site holds what a new machine needs to refer to.
type site struct {
	simulator  *simulator.Model
	client     *vim25.Client
	folders    map[string]*object.Folder
	pools      []*object.ResourcePool
	datastores []*object.Datastore
	networks   []types.BaseVirtualDeviceBackingInfo
}

// createFleet makes the machines through the vSphere API, calling the service without a network.
func createFleet(model *simulator.Model, fleet []machine) error {
	ctx := context.Background()
	client, err := vim25.NewClient(ctx, model.Service)
	if err != nil {
		return err
	}
	s, err := newSite(ctx, model, client)
	if err != nil {
		return err
	}
	numbers := make(chan int)
	failures := make([]error, len(fleet))
	var group sync.WaitGroup
	for range creators {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := range numbers {
				failures[n] = s.create(ctx, n, fleet[n])
			}
		}()
	}
	for n := range fleet {
		numbers <- n
	}
	close(numbers)
	group.Wait()
	return errors.Join(failures...)
}

func newSite(ctx context.Context, model *simulator.Model, client *vim25.Client) (*site, error) {
	s := &site{simulator: model, client: client, folders: map[string]*object.Folder{}}
	finder := find.NewFinder(client)
	datacenter, err := finder.DefaultDatacenter(ctx)
	if err != nil {
		return nil, err
	}
	finder.SetDatacenter(datacenter)
	if s.pools, err = finder.ResourcePoolList(ctx, "*/Resources"); err != nil {
		return nil, err
	}
	if s.datastores, err = finder.DatastoreList(ctx, "*"); err != nil {
		return nil, err
	}
	if err = s.findNetworks(ctx, finder); err != nil {
		return nil, err
	}
	return s, s.createFolders(ctx, datacenter)
}

func (s *site) findNetworks(ctx context.Context, finder *find.Finder) error {
	pattern := "DC0_DVPG*"
	if !s.client.IsVC() {
		pattern = "*"
	}
	networks, err := finder.NetworkList(ctx, pattern)
	if err != nil {
		return err
	}
	for _, network := range networks {
		backing, err := network.EthernetCardBackingInfo(ctx)
		if err != nil {
			return err
		}
		s.networks = append(s.networks, backing)
	}
	return nil
}

func (s *site) createFolders(ctx context.Context, datacenter *object.Datacenter) error {
	root, err := datacenter.Folders(ctx)
	if err != nil {
		return err
	}
	for _, name := range folders {
		if !s.client.IsVC() {
			s.folders[name] = root.VmFolder // a host alone has no others
			continue
		}
		if s.folders[name], err = root.VmFolder.CreateFolder(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (s *site) create(ctx context.Context, number int, m machine) error {
	spec, err := s.configSpec(number, m)
	if err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	task, err := s.folders[m.folder].CreateVM(ctx, spec, s.pools[number%len(s.pools)], nil)
	if err != nil {
		return fmt.Errorf("%s: create: %w", m.name, err)
	}
	made, err := s.done(task)
	if err != nil {
		return fmt.Errorf("%s: create: %w", m.name, err)
	}
	vm := object.NewVirtualMachine(s.client, made.(types.ManagedObjectReference))
	if err := s.bringIntoState(ctx, vm, m); err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	s.setGuest(vm.Reference(), m)
	return nil
}

func (s *site) bringIntoState(ctx context.Context, vm *object.VirtualMachine, m machine) error {
	if m.template {
		return vm.MarkAsTemplate(ctx)
	}
	if !m.poweredOn {
		return nil
	}
	task, err := vm.PowerOn(ctx)
	if err != nil {
		return err
	}
	_, err = s.done(task)
	return err
}

// done waits for a task at the simulator itself: a client's wait, by a property collector, costs half of the
// processor time of a start.
func (s *site) done(task *object.Task) (types.AnyType, error) {
	running := s.simulator.Map().Get(task.Reference()).(*simulator.Task)
	running.Wait()
	if fault := running.Info.Error; fault != nil {
		return nil, fmt.Errorf("%s: %T", running.Info.Name, fault.Fault)
	}
	return running.Info.Result, nil
}

func (s *site) configSpec(number int, m machine) (types.VirtualMachineConfigSpec, error) {
	datastore := s.datastores[number%len(s.datastores)].Name()
	devices, err := s.devices(m, datastore)
	if err != nil {
		return types.VirtualMachineConfigSpec{}, err
	}
	changes, err := devices.ConfigSpec(types.VirtualDeviceConfigSpecOperationAdd)
	return types.VirtualMachineConfigSpec{
		Name:         m.name,
		Annotation:   m.annotation,
		Uuid:         m.uuid,
		InstanceUuid: m.instanceUUID,
		GuestId:      m.guest.id,
		Firmware:     m.firmware,
		NumCPUs:      m.cores,
		MemoryMB:     m.memoryMiB,
		Files:        &types.VirtualMachineFileInfo{VmPathName: "[" + datastore + "]"},
		DeviceChange: changes,
	}, err
}

func (s *site) devices(m machine, datastore string) (object.VirtualDeviceList, error) {
	var devices object.VirtualDeviceList
	controller, err := devices.CreateSCSIController("pvscsi")
	if err != nil {
		return nil, err
	}
	controller.(types.BaseVirtualDevice).GetVirtualDevice().Key = firstControllerKey
	devices = append(devices, controller)
	for number, capacityGiB := range m.diskGiB {
		disk := devices.CreateDisk(controller.(types.BaseVirtualController), types.ManagedObjectReference{}, "")
		disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo).FileName = diskPath(datastore, m.name, number)
		disk.Key = firstDiskKey + int32(number)
		disk.CapacityInKB, disk.CapacityInBytes = capacityGiB<<20, capacityGiB<<30
		devices = append(devices, disk)
	}
	for number := range m.addresses {
		card, err := devices.CreateEthernetCard("vmxnet3", s.networks[number%len(s.networks)])
		if err != nil {
			return nil, err
		}
		device := card.GetVirtualDevice()
		device.Key = firstCardKey + int32(number)
		// As a vCenter names them; the simulator would give all cards of a machine one name.
		device.DeviceInfo = &types.Description{Label: fmt.Sprintf("Network adapter %d", number+1)}
		devices = append(devices, card)
	}
	return devices, nil
}

func diskPath(datastore, name string, number int) string {
	if number == 0 {
		return fmt.Sprintf("[%s] %s/%s.vmdk", datastore, name, name)
	}
	return fmt.Sprintf("[%s] %s/%s_%d.vmdk", datastore, name, name, number)
}

// setGuest sets what no API call can: the guest's full name, and what VMware Tools would report of a running one.
func (s *site) setGuest(ref types.ManagedObjectReference, m machine) {
	vm := s.simulator.Map().Get(ref).(*simulator.VirtualMachine)
	ctx := s.simulator.Service.Context
	ctx.WithLock(vm, func() {
		changes := []types.PropertyChange{
			{Name: "config.guestFullName", Val: m.guest.fullName},
			{Name: "summary.config.guestFullName", Val: m.guest.fullName},
		}
		if m.poweredOn {
			changes = append(changes, runningGuest(vm, m)...)
		}
		ctx.Update(vm, changes)
	})
}

func runningGuest(vm *simulator.VirtualMachine, m machine) []types.PropertyChange {
	cards := vm.Guest.Net
	for number := range cards {
		cards[number].IpAddress = []string{m.addresses[number]}
	}
	hostName := m.name + ".corp.example"
	bootTime := time.Now().Add(-fleetUptime)
	return []types.PropertyChange{
		{Name: "runtime.bootTime", Val: &bootTime},
		{Name: "summary.runtime.bootTime", Val: &bootTime},
		{Name: "guest.net", Val: cards},
		{Name: "guest.ipAddress", Val: m.addresses[0]},
		{Name: "guest.hostName", Val: hostName},
		{Name: "guest.guestId", Val: m.guest.id},
		{Name: "guest.guestFullName", Val: m.guest.fullName},
		{Name: "guest.toolsRunningStatus", Val: string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)},
		{Name: "guest.toolsStatus", Val: types.VirtualMachineToolsStatusToolsOk},
		{Name: "summary.guest.ipAddress", Val: m.addresses[0]},
		{Name: "summary.guest.hostName", Val: hostName},
	}
}
