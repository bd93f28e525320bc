package main

import (
	"fmt"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// moment is one value asked for: a machine, an instance of the counter, a time.
type moment struct {
	machine   string // instance UUID
	cores     int64
	memoryKiB int64
	instance  string
	at        int64 // seconds since 1970
}

// counter says of which instances a counter has values, and how each is made.
type counter struct {
	instances func(vm *simulator.VirtualMachine) []string
	value     func(moment) int64
}

// The counters of a virtual machine, in the units of the vSphere Web Services API: percent in hundredths,
// ready time in milliseconds of the 20-second interval.
var counters = map[string]counter{
	"cpu.usage.average":                       {whole, func(m moment) int64 { return int64(m.load("cpu") * 10000) }},
	"cpu.usagemhz.average":                    {whole, func(m moment) int64 { return int64(m.load("cpu") * float64(m.cores) * 2600) }},
	"cpu.ready.summation":                     {wholeAndCores, readyMilliseconds},
	"mem.usage.average":                       {whole, func(m moment) int64 { return int64(m.memory() * 10000) }},
	"mem.active.average":                      {whole, func(m moment) int64 { return int64(m.memory() * float64(m.memoryKiB)) }},
	"mem.consumed.average":                    {whole, func(m moment) int64 { return int64((0.3 + 0.7*m.memory()) * float64(m.memoryKiB)) }},
	"virtualDisk.read.average":                {disks, func(m moment) int64 { return m.diskKBps("read") }},
	"virtualDisk.write.average":               {disks, func(m moment) int64 { return m.diskKBps("write") }},
	"virtualDisk.numberReadAveraged.average":  {disks, func(m moment) int64 { return m.diskKBps("read") / m.blockKB() }},
	"virtualDisk.numberWriteAveraged.average": {disks, func(m moment) int64 { return m.diskKBps("write") / m.blockKB() }},
	"virtualDisk.totalReadLatency.average":    {disks, func(m moment) int64 { return int64(6 * m.load("read"+m.instance)) }},
	"virtualDisk.totalWriteLatency.average":   {disks, func(m moment) int64 { return int64(9 * m.load("write"+m.instance)) }},
	"net.received.average":                    {wholeAndCards, func(m moment) int64 { return m.netKBps("received") }},
	"net.transmitted.average":                 {wholeAndCards, func(m moment) int64 { return m.netKBps("transmitted") }},
	"net.usage.average":                       {wholeAndCards, func(m moment) int64 { return m.netKBps("received") + m.netKBps("transmitted") }},
	"sys.uptime.latest":                       {whole, func(m moment) int64 { return m.at % (90 * 86400) }},
}

// counterName is the name clients look a counter up by.
func counterName(info types.PerfCounterInfo) string {
	group, name := info.GroupInfo.GetElementDescription().Key, info.NameInfo.GetElementDescription().Key
	return fmt.Sprintf("%s.%s.%s", group, name, info.RollupType)
}

func (m moment) load(stream string) float64 { return load(m.machine, stream, m.at) }

// memory is the used share of the memory: a level of the machine that moves little with its load.
func (m moment) memory() float64 {
	return 0.15 + 0.6*unit(m.machine, "memory", 0) + 0.2*m.load("memory")
}

// diskKBps is zero now and then, as real disks of quiet machines are.
func (m moment) diskKBps(direction string) int64 {
	stream := direction + m.instance
	if l := m.load(stream); l >= 0.02 {
		return int64(l * (2000 + 58000*unit(m.machine, "speed"+stream, 0)))
	}
	return 0
}

func (m moment) blockKB() int64 { return 4 << (hash(m.machine, "block"+m.instance, 0) % 5) }

// netKBps of the whole machine is a stream of its own and not the sum of its cards.
func (m moment) netKBps(direction string) int64 {
	stream := direction + m.instance
	return int64(m.load(stream) * (500 + 24500*unit(m.machine, "speed"+stream, 0)))
}

// readyMilliseconds of the whole machine is for all its cores together.
func readyMilliseconds(m moment) int64 {
	l := m.load("cpu")
	ofOneCore := 15 + 900*l*l*l
	if m.instance == "" {
		return int64(ofOneCore * float64(m.cores))
	}
	return int64(ofOneCore)
}

func whole(*simulator.VirtualMachine) []string { return []string{""} }

func wholeAndCores(vm *simulator.VirtualMachine) []string {
	instances := []string{""}
	for core := range int(vm.Config.Hardware.NumCPU) {
		instances = append(instances, strconv.Itoa(core))
	}
	return instances
}

func wholeAndCards(vm *simulator.VirtualMachine) []string {
	instances := []string{""}
	for _, device := range vm.Config.Hardware.Device {
		if card, ok := device.(types.BaseVirtualEthernetCard); ok {
			instances = append(instances, strconv.Itoa(int(card.GetVirtualEthernetCard().Key)))
		}
	}
	return instances
}

// disks are named after controller kind, bus and unit: scsi0:1.
func disks(vm *simulator.VirtualMachine) []string {
	controllers := map[int32]string{}
	for _, device := range vm.Config.Hardware.Device {
		if controller, ok := device.(types.BaseVirtualController); ok {
			c := controller.GetVirtualController()
			controllers[c.Key] = controllerKind(device) + strconv.Itoa(int(c.BusNumber))
		}
	}
	var instances []string
	for _, device := range vm.Config.Hardware.Device {
		if disk, ok := device.(*types.VirtualDisk); ok && disk.UnitNumber != nil {
			instances = append(instances, fmt.Sprintf("%s:%d", controllers[disk.ControllerKey], *disk.UnitNumber))
		}
	}
	return instances
}

func controllerKind(device types.BaseVirtualDevice) string {
	switch device.(type) {
	case *types.VirtualIDEController:
		return "ide"
	case *types.VirtualAHCIController:
		return "sata"
	case *types.VirtualNVMEController:
		return "nvme"
	}
	return "scsi"
}
