package client_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/kubernaut/workflowexecution/clients/go/client"
	workflowexecutionv1 "github.com/kubernaut/workflowexecution/clients/go/proto/kubernaut/workflowexecution/v1"
)

// selfSigned returns a certificate for a name, which is its own authority, and its PEM.
func selfSigned(t *testing.T, name string) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: name},
		DNSNames:              []string{name},
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// get calls the service with a deadline of a minute.
func get(t *testing.T, c *client.Client) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	request := &workflowexecutionv1.CancelWorkflowExecutionRequest{Name: execution}
	_, err := c.Service().CancelWorkflowExecution(ctx, request)
	return err
}

func TestTheCAFileIsReadForEachConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		certificate, authority := selfSigned(t, "service")
		_, other := selfSigned(t, "service")
		caFile := filepath.Join(t.TempDir(), "ca.crt")
		if err := os.WriteFile(caFile, other, 0o600); err != nil {
			t.Fatal(err)
		}
		service := newFakeService()
		service.add(t, "rr-1")
		dial := serve(t, service, credentials.NewServerTLSFromCert(&certificate))
		c, err := client.New(client.Options{
			Target: "passthrough:///fake", CAFile: caFile, ServerName: "service", DialOptions: []grpc.DialOption{dial},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()

		var interruption *client.InterruptedError
		if err := get(t, c); !errors.As(err, &interruption) || !strings.Contains(err.Error(), "certificate signed by unknown authority") {
			t.Errorf("with another authority: %v, want an error that names the certificate", err)
		}
		if err := os.WriteFile(caFile, authority, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := get(t, c); err != nil {
			t.Errorf("with its authority: %v", err)
		}
	})
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, options := range map[string]client.Options{
		"CA file: open /missing":     {Target: "a:1", CAFile: "/missing"},
		"has no PEM certificate":     {Target: "a:1", CAFile: empty},
		"client certificate: open":   {Target: "a:1", CertFile: "/missing", KeyFile: "/missing"},
		"have no effect with Plain":  {Target: "a:1", CAFile: empty, Plaintext: true},
		"target: must be set":        {Plaintext: true},
		"client certificate: tls: f": {Target: "a:1", CertFile: empty, KeyFile: empty},
	} {
		if _, err := client.New(options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", options, err, want)
		}
	}
}
