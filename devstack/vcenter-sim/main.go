// Command vcenter-sim is a simulated vCenter: govmomi's simulator with a varied, seeded fleet and a
// performance manager that answers as a vCenter does.
package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/vpx"
	"github.com/vmware/govmomi/vim25/types"
)

type options struct {
	listen, certificate, key string
	username                 string
	apiVersion               string
	seed                     uint64
	machines, templates      int
	esx                      bool
	sessionTimeout           time.Duration
	maxQueryMetrics          int
}

func parseOptions() options {
	var o options
	flag.StringVar(&o.listen, "listen", "127.0.0.1:8989", "address to serve on")
	flag.StringVar(&o.certificate, "certificate", "", "PEM file of the TLS certificate")
	flag.StringVar(&o.key, "key", "", "PEM file of its key")
	flag.StringVar(&o.username, "username", "administrator@vsphere.local", "the one user; password from VCENTER_SIM_PASSWORD")
	flag.StringVar(&o.apiVersion, "api-version", "8.0.2.0", "API version that clients negotiate")
	flag.Uint64Var(&o.seed, "seed", 1, "the same seed and number give the same fleet")
	flag.IntVar(&o.machines, "machines", 40, "virtual machines, templates included")
	flag.IntVar(&o.templates, "templates", 1, "how many of them are templates")
	flag.BoolVar(&o.esx, "esx", false, "be a lone ESXi host: one host, no vCenter, no folders, no templates")
	flag.DurationVar(&o.sessionTimeout, "session-timeout", 0, "idle time after which a session ends; 0: 30 minutes")
	flag.IntVar(&o.maxQueryMetrics, "max-query-metrics", 256, "config.vpxd.stats.maxQueryMetrics; 0: no limit")
	flag.Parse()
	return o
}

func main() {
	log.SetFlags(0)
	if err := run(parseOptions()); err != nil {
		log.Fatal("vcenter-sim: ", err)
	}
}

func run(o options) error {
	password := os.Getenv("VCENTER_SIM_PASSWORD")
	if password == "" {
		return errors.New("VCENTER_SIM_PASSWORD is not set")
	}
	certificate, err := tls.LoadX509KeyPair(o.certificate, o.key)
	if err != nil {
		return err
	}
	started := time.Now()
	model, err := newVCenter(o)
	defer model.Remove() // the datastores' directories
	if err != nil {
		return err
	}
	model.Service.Listen = &url.URL{Host: o.listen, User: url.UserPassword(o.username, password)}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server := model.Service.NewServer()
	defer server.Close()
	log.Printf("serving %d machines on https://%s/sdk after %.1f s", o.machines, o.listen, time.Since(started).Seconds())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	return nil
}

// newVCenter builds the whole inventory before anyone can connect.
func newVCenter(o options) (*simulator.Model, error) {
	model := topology(o.apiVersion, o.esx)
	setOptions(o)
	if err := model.Create(); err != nil {
		return model, fmt.Errorf("topology: %w", err)
	}
	setIdentity(model, o.seed)
	model.Map().AddHandler(completer{})
	if err := createFleet(model, newFleet(o.seed, o.machines, templates(o))); err != nil {
		return model, fmt.Errorf("fleet: %w", err)
	}
	installPerformanceManager(model, o.maxQueryMetrics)
	return model, nil
}

// templates returns how many machines are templates: a host alone has none.
func templates(o options) int {
	if o.esx {
		return 0
	}
	return o.templates
}

// setOptions changes what the simulator's option manager copies when the inventory is created.
func setOptions(o options) {
	if o.sessionTimeout > 0 {
		addOption("config.vmacore.soap.sessionTimeout", o.sessionTimeout.String())
	}
	if o.maxQueryMetrics > 0 {
		addOption("config.vpxd.stats.maxQueryMetrics", fmt.Sprint(o.maxQueryMetrics))
	}
}

func addOption(key, value string) {
	vpx.Setting = append(vpx.Setting, &types.OptionValue{Key: key, Value: value})
}
