package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// How long a vCenter keeps samples of an interval, in seconds: real-time data for an hour, the four
// historical intervals as in its default settings.
var retentionSeconds = map[int64]int64{20: 3600, 300: 86400, 1800: 7 * 86400, 7200: 30 * 86400, 86400: 365 * 86400}

const realtimeSeconds = 20

// performanceManager answers for virtual machines as a vCenter does: samples oldest first and on the marks
// of the interval, the same values for the same window, "*" spread over disks, NICs and cores, zeros kept,
// nothing while a machine was off, nothing older than the retention. Queries for other entities go to the
// simulator's own.
type performanceManager struct {
	simulator.PerformanceManager
	byKey           map[int32]types.PerfCounterInfo
	maxQueryMetrics int
}

func installPerformanceManager(model *simulator.Model, maxQueryMetrics int) {
	old := model.Map().Get(*model.ServiceContent.PerfManager).(*simulator.PerformanceManager)
	manager := &performanceManager{*old, map[int32]types.PerfCounterInfo{}, maxQueryMetrics}
	for _, info := range old.PerfCounter {
		manager.byKey[info.Key] = info
	}
	model.Map().Put(manager)
}

// QueryAvailablePerfMetric lists the instances that QueryPerf answers with.
func (p *performanceManager) QueryAvailablePerfMetric(ctx *simulator.Context, req *types.QueryAvailablePerfMetric) soap.HasFault {
	vm, ok := ctx.Map.Get(req.Entity).(*simulator.VirtualMachine)
	if !ok {
		return p.PerformanceManager.QueryAvailablePerfMetric(ctx, req)
	}
	response := new(types.QueryAvailablePerfMetricResponse)
	if isOn(vm) {
		response.Returnval = p.allMetrics(vm)
	}
	return &methods.QueryAvailablePerfMetricBody{Res: response}
}

func (p *performanceManager) allMetrics(vm *simulator.VirtualMachine) []types.PerfMetricId {
	var ids []types.PerfMetricId
	for _, info := range p.PerfCounter {
		if c, ok := counters[counterName(info)]; ok {
			for _, instance := range c.instances(vm) {
				ids = append(ids, types.PerfMetricId{CounterId: info.Key, Instance: instance})
			}
		}
	}
	return ids
}

// QueryPerf answers each entity of the query; a machine without a sample in its window is left out.
func (p *performanceManager) QueryPerf(ctx *simulator.Context, req *types.QueryPerf) soap.HasFault {
	if !asksForMachines(req) {
		return p.PerformanceManager.QueryPerf(ctx, req)
	}
	body := &queryPerfBody{Res: &queryPerfResponse{}}
	if fault := p.checkQuery(req); fault != nil {
		return &queryPerfBody{Fault_: fault}
	}
	now := time.Now().Unix()
	for _, spec := range req.QuerySpec {
		vm, ok := ctx.Map.Get(spec.Entity).(*simulator.VirtualMachine)
		if !ok {
			fault := &types.ManagedObjectNotFound{Obj: spec.Entity}
			return &queryPerfBody{Fault_: simulator.Fault("The object has already been deleted or has not been completely created", fault)}
		}
		ctx.WithLock(vm, func() {
			if times := sampleTimes(vm, spec, now); len(times) > 0 {
				body.Res.Returnval = append(body.Res.Returnval, p.answer(vm, spec, times))
			}
		})
	}
	return body
}

func asksForMachines(req *types.QueryPerf) bool {
	for _, spec := range req.QuerySpec {
		if spec.Entity.Type == "VirtualMachine" {
			return true
		}
	}
	return false
}

// checkQuery refuses what a vCenter refuses: unknown counters and intervals, and historical queries that are
// too large (real-time ones are not limited).
func (p *performanceManager) checkQuery(req *types.QueryPerf) *soap.Fault {
	historical := 0
	for _, spec := range req.QuerySpec {
		if _, known := retentionSeconds[intervalSeconds(spec)]; !known {
			return invalid("querySpec.interval")
		}
		for _, id := range spec.MetricId {
			if _, known := p.byKey[id.CounterId]; !known {
				return invalid("querySpec.metricId")
			}
		}
		if intervalSeconds(spec) != realtimeSeconds {
			historical += max(1, len(spec.MetricId))
		}
	}
	if p.maxQueryMetrics > 0 && historical > p.maxQueryMetrics {
		const option = "vpxd.stats.maxQueryMetrics"
		message := "This operation is restricted by the administrator - '" + option + "'. Contact your system administrator."
		return simulator.Fault(message, &types.RestrictedByAdministrator{Details: option})
	}
	return nil
}

func invalid(property string) *soap.Fault {
	return simulator.Fault("A specified parameter was not correct: "+property, &types.InvalidArgument{InvalidProperty: property})
}

func intervalSeconds(spec types.PerfQuerySpec) int64 {
	if spec.IntervalId == 0 {
		return realtimeSeconds
	}
	return int64(spec.IntervalId)
}

// sampleTimes returns the interval's marks after the start and up to the end of the window, cut to what is
// retained and to the time since the machine was powered on.
func sampleTimes(vm *simulator.VirtualMachine, spec types.PerfQuerySpec, now int64) []int64 {
	if !isOn(vm) {
		return nil
	}
	interval := intervalSeconds(spec)
	after, until := now-retentionSeconds[interval], now
	if boot := vm.Runtime.BootTime; boot != nil {
		after = max(after, boot.Unix())
	}
	if spec.StartTime != nil {
		after = max(after, spec.StartTime.Unix())
	}
	if spec.EndTime != nil {
		until = min(until, spec.EndTime.Unix())
	}
	var times []int64
	for at := (after/interval + 1) * interval; at <= until; at += interval {
		times = append(times, at)
	}
	if limit := int(spec.MaxSample); limit > 0 && len(times) > limit {
		times = times[len(times)-limit:]
	}
	return times
}

func isOn(vm *simulator.VirtualMachine) bool {
	return vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
}

func (p *performanceManager) answer(vm *simulator.VirtualMachine, spec types.PerfQuerySpec, times []int64) entityMetric {
	answer := newEntityMetric(spec, times)
	wanted := spec.MetricId
	if len(wanted) == 0 {
		wanted = p.allMetrics(vm)
	}
	for _, id := range wanted {
		c, ok := counters[counterName(p.byKey[id.CounterId])]
		if !ok {
			continue // a counter that virtual machines do not have
		}
		for _, instance := range c.instances(vm) {
			if id.Instance == "*" || id.Instance == instance {
				values := seriesValues(vm, c, instance, times)
				answer.add(types.PerfMetricId{CounterId: id.CounterId, Instance: instance}, values)
			}
		}
	}
	return answer
}

func seriesValues(vm *simulator.VirtualMachine, c counter, instance string, times []int64) []string {
	values := make([]string, len(times))
	for i, at := range times {
		values[i] = strconv.FormatInt(c.value(moment{
			machine:   vm.Config.InstanceUuid,
			cores:     int64(vm.Config.Hardware.NumCPU),
			memoryKiB: int64(vm.Config.Hardware.MemoryMB) << 10,
			instance:  instance,
			at:        at,
		}), 10)
	}
	return values
}

// The response is encoded by types of our own: the API's drop zeros from a list of values.

type queryPerfBody struct {
	Res    *queryPerfResponse `xml:"urn:vim25 QueryPerfResponse,omitempty"`
	Fault_ *soap.Fault        `xml:"http://schemas.xmlsoap.org/soap/envelope/ Fault,omitempty"`
}

func (b *queryPerfBody) Fault() *soap.Fault { return b.Fault_ }

type queryPerfResponse struct {
	Returnval []entityMetric `xml:"urn:vim25 returnval"`
}

type entityMetric struct {
	Type          string                       `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
	Entity        types.ManagedObjectReference `xml:"entity"`
	SampleInfo    []types.PerfSampleInfo       `xml:"sampleInfo"`
	SampleInfoCSV string                       `xml:"sampleInfoCSV,omitempty"`
	Value         []series                     `xml:"value"`
}

type series struct {
	Type  string             `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
	ID    types.PerfMetricId `xml:"id"`
	Value []string           `xml:"value"`
}

func newEntityMetric(spec types.PerfQuerySpec, times []int64) entityMetric {
	interval := intervalSeconds(spec)
	if spec.Format != string(types.PerfFormatCsv) {
		answer := entityMetric{Type: "PerfEntityMetric", Entity: spec.Entity}
		for _, at := range times {
			info := types.PerfSampleInfo{Timestamp: time.Unix(at, 0).UTC(), Interval: int32(interval)}
			answer.SampleInfo = append(answer.SampleInfo, info)
		}
		return answer
	}
	marks := make([]string, len(times))
	for i, at := range times {
		marks[i] = strconv.FormatInt(interval, 10) + "," + time.Unix(at, 0).UTC().Format(time.RFC3339)
	}
	return entityMetric{Type: "PerfEntityMetricCSV", Entity: spec.Entity, SampleInfoCSV: strings.Join(marks, ",")}
}

func (e *entityMetric) add(id types.PerfMetricId, values []string) {
	if e.SampleInfoCSV != "" {
		e.Value = append(e.Value, series{"PerfMetricSeriesCSV", id, []string{strings.Join(values, ",")}})
		return
	}
	e.Value = append(e.Value, series{"PerfMetricIntSeries", id, values})
}
