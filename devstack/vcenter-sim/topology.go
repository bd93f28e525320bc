package main

import (
	"encoding/binary"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
)

// topology describes an estate without machines: one datacenter, two clusters of three hosts, a lone host.
func topology(apiVersion string) *simulator.Model {
	model := simulator.VPX()
	model.ServiceContent.About.ApiVersion = apiVersion
	model.Datacenter, model.Cluster, model.ClusterHost, model.Host = 1, 2, 3, 1
	model.Datastore, model.Portgroup = 3, 2
	model.Machine = 0
	return model
}

// setInstanceUUID gives each seed a vCenter of its own: machine ids are derived from it.
func setInstanceUUID(model *simulator.Model, seed uint64) {
	instance := model.Map().Get(vim25.ServiceInstance).(*simulator.ServiceInstance)
	instance.Content.About.InstanceUuid = seededUUID(seed, "vcenter")
}

// seededUUID returns the same UUID for the same seed and name.
func seededUUID(seed uint64, name string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, append(binary.BigEndian.AppendUint64(nil, seed), name...)).String()
}
