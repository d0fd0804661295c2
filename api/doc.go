// Package api is the JSON API. The document openapi.yaml comes first: the server
// interface is generated from it, requests are validated by it, and its
// x-action names what each operation does, which the policies decide on. Handlers
// translate between the document's types and the rooms of the domain, nothing else.
package api

//go:generate oapi-codegen -config generate.yaml openapi.yaml
