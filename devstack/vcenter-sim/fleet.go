package main

import (
	"fmt"
	"math/rand/v2"
)

// machine is one virtual machine as it shall be, before anything of it exists.
type machine struct {
	name, uuid, instanceUUID string
	annotation               string
	guest                    guest
	firmware                 string
	cores                    int32
	memoryMiB                int64
	diskGiB                  []int64
	addresses                []string // one per NIC
	folder                   string
	poweredOn, template      bool
}

type guest struct{ id, fullName string }

// Guest identifiers and full names as a vCenter 8 shows them, old systems included.
var guests = []guest{
	{"windows2019srvNext_64Guest", "Microsoft Windows Server 2022 (64-bit)"},
	{"windows2019srv_64Guest", "Microsoft Windows Server 2019 (64-bit)"},
	{"windows9Server64Guest", "Microsoft Windows Server 2016 (64-bit)"},
	{"windows8Server64Guest", "Microsoft Windows Server 2012 (64-bit)"},
	{"windows7Server64Guest", "Microsoft Windows Server 2008 R2 (64-bit)"},
	{"rhel9_64Guest", "Red Hat Enterprise Linux 9 (64-bit)"},
	{"rhel8_64Guest", "Red Hat Enterprise Linux 8 (64-bit)"},
	{"rhel7_64Guest", "Red Hat Enterprise Linux 7 (64-bit)"},
	{"ubuntu64Guest", "Ubuntu Linux (64-bit)"},
	{"sles15_64Guest", "SUSE Linux Enterprise 15 (64-bit)"},
	{"sles12_64Guest", "SUSE Linux Enterprise 12 (64-bit)"},
	{"debian12_64Guest", "Debian GNU/Linux 12 (64-bit)"},
	{"debian11_64Guest", "Debian GNU/Linux 11 (64-bit)"},
	{"oracleLinux8_64Guest", "Oracle Linux 8 (64-bit)"},
	{"freebsd13_64Guest", "FreeBSD 13 (64-bit)"},
}

// role gives machines sizes that go together: a database has more memory and disks than a web server.
type role struct {
	name     string
	cores    []int32
	memory   []int64 // MiB per core
	maxDisks int
}

var roles = []role{
	{"web", []int32{1, 2, 2, 4}, []int64{1024, 2048}, 2},
	{"app", []int32{2, 4, 4, 8}, []int64{2048, 4096}, 2},
	{"sql", []int32{4, 8, 8, 16}, []int64{4096, 8192}, 4},
	{"file", []int32{2, 4}, []int64{2048, 4096}, 4},
	{"build", []int32{4, 8, 16}, []int64{2048}, 3},
	{"mon", []int32{1, 2}, []int64{1536, 2048}, 1},
}

var folders = []string{"Production", "Test", "Shared services"}

const poweredOffOneIn = 8

// newFleet plans machines; the same arguments give the same fleet, whatever the order of its creation.
// The last ones are templates.
func newFleet(seed uint64, count, templates int) []machine {
	random := rand.New(rand.NewPCG(seed, 0))
	order, offset := random.Perm(len(roles)), random.IntN(len(roles))
	fleet := make([]machine, count)
	for i := range fleet {
		// Roles and their sizes take turns, so that a small fleet has all of them.
		role := roles[order[i%len(roles)]]
		fleet[i] = newMachine(random, seed, i, role, role.cores[(i/len(roles)+offset)%len(role.cores)])
		if i >= count-templates {
			fleet[i].name = fmt.Sprintf("template-%02d", count-i)
			fleet[i].template, fleet[i].poweredOn = true, false
		}
	}
	return fleet
}

func newMachine(random *rand.Rand, seed uint64, number int, role role, cores int32) machine {
	name := fmt.Sprintf("%s-%04d", role.name, number+1)
	m := machine{
		name:         name,
		uuid:         seededUUID(seed, name+"/bios"),
		instanceUUID: seededUUID(seed, name+"/instance"),
		guest:        guests[(number+random.IntN(3))%len(guests)],
		firmware:     pick(random, []string{"bios", "efi"}),
		cores:        cores,
		memoryMiB:    int64(cores) * pick(random, role.memory),
		folder:       pick(random, folders),
		poweredOn:    number%poweredOffOneIn != poweredOffOneIn-1,
	}
	if random.IntN(4) == 0 {
		m.annotation = "Owner: team " + role.name
	}
	for disk := range 1 + random.IntN(role.maxDisks) {
		m.diskGiB = append(m.diskGiB, int64(32+16*random.IntN(13)+disk*100))
	}
	for nic := range 1 + random.IntN(2) {
		m.addresses = append(m.addresses, fmt.Sprintf("10.%d.%d.%d", 20+nic, number/250, 1+number%250))
	}
	return m
}

func pick[T any](random *rand.Rand, choices []T) T {
	return choices[random.IntN(len(choices))]
}
