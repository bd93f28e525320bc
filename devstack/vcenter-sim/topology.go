package main

import (
	"encoding/binary"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
)

// topology describes an estate without machines: one datacenter, two clusters of three hosts, a lone host;
// or a lone host without a vCenter.
func topology(apiVersion string, esx bool) *simulator.Model {
	if esx {
		model := simulator.ESX()
		model.ServiceContent.About.ApiVersion = apiVersion
		model.Datastore, model.Machine = 3, 0
		return model
	}
	model := simulator.VPX()
	model.ServiceContent.About.ApiVersion = apiVersion
	model.Datacenter, model.Cluster, model.ClusterHost, model.Host = 1, 2, 3, 1
	model.Datastore, model.Portgroup = 3, 2
	model.Machine = 0
	return model
}

// setIdentity gives each seed a vCenter, or a host, of its own: machine ids are derived from it.
func setIdentity(model *simulator.Model, seed uint64) {
	instance := model.Map().Get(vim25.ServiceInstance).(*simulator.ServiceInstance)
	if instance.Content.About.ApiType == "VirtualCenter" {
		instance.Content.About.InstanceUuid = seededUUID(seed, "vcenter")
		return
	}
	host := model.Map().Any("HostSystem").(*simulator.HostSystem)
	hardware := *host.Summary.Hardware
	hardware.Uuid = seededUUID(seed, "host")
	host.Summary.Hardware = &hardware
}

// seededUUID returns the same UUID for the same seed and name.
func seededUUID(seed uint64, name string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, append(binary.BigEndian.AppendUint64(nil, seed), name...)).String()
}
