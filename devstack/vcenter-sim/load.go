package main

import (
	"hash/fnv"
	"math"
)

// shape is how busy a machine is over time, between 0 and 1. It depends on the machine and the moment alone,
// so that the same window asked twice gives the same values.
type shape func(m string, stream string, at int64) float64

// How many machines of twenty have which shape: most of a fleet is idle or steady, few are hot.
var shapes = []struct {
	ofTwenty uint64
	shape    shape
}{{6, idle}, {7, steady}, {4, officeHours}, {2, spiky}, {1, hot}}

// load returns how busy a stream (the processors, one disk, one NIC) of a machine is at a moment.
func load(m, stream string, at int64) float64 {
	n := hash(m, "shape", 0) % 20
	for _, s := range shapes {
		if n < s.ofTwenty {
			return min(max(s.shape(m, stream, at), 0), 1)
		}
		n -= s.ofTwenty
	}
	return 0
}

func idle(m, stream string, at int64) float64 {
	return 0.02 + 0.02*noise(m, stream, at)
}

func steady(m, stream string, at int64) float64 {
	base := 0.15 + 0.35*unit(m, stream, 0)
	return base + 0.08*wave(m, at, 3600) + 0.05*noise(m, stream, at)
}

func officeHours(m, stream string, at int64) float64 {
	return 0.08 + 0.55*max(0, wave("", at, 86400)) + 0.05*noise(m, stream, at)
}

// spiky is quiet but for one in six spans of five minutes.
func spiky(m, stream string, at int64) float64 {
	if hash(m, "spike", at/300)%6 == 0 {
		return 0.85 + 0.1*noise(m, stream, at)
	}
	return 0.06 + 0.03*noise(m, stream, at)
}

func hot(m, stream string, at int64) float64 {
	return 0.85 + 0.1*noise(m, stream, at)
}

func wave(m string, at int64, periodSeconds float64) float64 {
	return math.Sin(2 * math.Pi * (float64(at)/periodSeconds + unit(m, "phase", 0)))
}

// noise lies between -1 and 1.
func noise(m, stream string, at int64) float64 { return 2*unit(m, stream, at) - 1 }

// unit lies between 0 and 1.
func unit(m, stream string, at int64) float64 { return float64(hash(m, stream, at)%10007) / 10007 }

func hash(m, stream string, at int64) uint64 {
	h := fnv.New64a()
	h.Write([]byte(m))
	h.Write([]byte{0})
	h.Write([]byte(stream))
	x := h.Sum64() ^ uint64(at)*0x9e3779b97f4a7c15
	x = (x ^ x>>31) * 0xbf58476d1ce4e5b9
	return x ^ x>>29
}
