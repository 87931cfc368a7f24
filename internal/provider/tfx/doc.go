// Package tfx holds what several concepts of the provider share: the data that
// Configure hands out, diagnostics, identity, private state, validators.
package tfx
