package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// tokenFile sends the token in a file. Kubernetes rotates it, so that each call reads it.
type tokenFile struct {
	path      string
	isOverTLS bool
}

// GetRequestMetadata implements credentials.PerRPCCredentials.
func (t tokenFile) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	token, err := os.ReadFile(t.path)
	if err != nil {
		return nil, fmt.Errorf("token file: %w", err)
	}
	return map[string]string{"authorization": "Bearer " + strings.TrimSpace(string(token))}, nil
}

// RequireTransportSecurity implements credentials.PerRPCCredentials.
func (t tokenFile) RequireTransportSecurity() bool {
	return t.isOverTLS
}

func transportCredentials(options Options) (credentials.TransportCredentials, error) {
	files := tlsFiles{options.CAFile, options.CertFile, options.KeyFile, options.ServerName}
	if options.Plaintext {
		if files != (tlsFiles{}) {
			return nil, errors.New("CAFile, CertFile, KeyFile and ServerName have no effect with Plaintext")
		}
		return insecure.NewCredentials(), nil
	}
	config, err := files.config()
	if err != nil {
		return nil, err
	}
	return &reloadingTLS{credentials.NewTLS(config), files}, nil
}

// tlsFiles names the files of a TLS configuration; an empty name stands for the default.
type tlsFiles struct {
	ca, cert, key, serverName string
}

func (f tlsFiles) config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: f.serverName}
	if f.ca != "" {
		pem, err := os.ReadFile(f.ca)
		if err != nil {
			return nil, fmt.Errorf("CA file: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA file: %s has no PEM certificate", f.ca)
		}
	}
	if f.cert != "" || f.key != "" {
		certificate, err := tls.LoadX509KeyPair(f.cert, f.key)
		if err != nil {
			return nil, fmt.Errorf("client certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return config, nil
}

// reloadingTLS reads its files for each connection, because certificates are rotated.
type reloadingTLS struct {
	credentials.TransportCredentials
	files tlsFiles
}

// ClientHandshake implements credentials.TransportCredentials.
func (r *reloadingTLS) ClientHandshake(
	ctx context.Context, authority string, connection net.Conn,
) (net.Conn, credentials.AuthInfo, error) {
	config, err := r.files.config()
	if err != nil {
		return nil, nil, err
	}
	return credentials.NewTLS(config).ClientHandshake(ctx, authority, connection)
}

// Clone implements credentials.TransportCredentials.
func (r *reloadingTLS) Clone() credentials.TransportCredentials {
	return &reloadingTLS{r.TransportCredentials.Clone(), r.files}
}
