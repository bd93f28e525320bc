package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// completer fills what the simulator leaves empty though the API requires it: strict clients refuse the whole
// `runtime` of a machine for an empty enumeration. It sees every machine, however it was made.
type completer struct{}

func (completer) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "SurveyorCompleter", Value: "completer"}
}

func (completer) PutObject(_ *simulator.Context, object mo.Reference) {
	vm, ok := object.(*simulator.VirtualMachine)
	if !ok {
		return
	}
	for _, runtime := range []*types.VirtualMachineRuntimeInfo{&vm.Runtime, &vm.Summary.Runtime} {
		runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
		runtime.RecordReplayState = types.VirtualMachineRecordReplayStateInactive
	}
}

func (completer) UpdateObject(*simulator.Context, mo.Reference, []types.PropertyChange) {}

func (completer) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}
