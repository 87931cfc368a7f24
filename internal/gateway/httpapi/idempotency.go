package httpapi

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// AnswerLife is how long the answer to a POST is remembered.
const AnswerLife = 24 * time.Hour

// Idempotency remembers the answers to POSTs. An answer is written in the
// transaction that made the object, so a gateway that dies leaves both or none.
type Idempotency struct {
	Store *store.Store
	Key   *secretbox.Key
	Now   func() time.Time
}

// Post is one POST that makes or changes an object.
type Post[T any] struct {
	// Key is the request's idempotency key, "" if it has none.
	Key string
	// Route and Body tell requests under one key apart.
	Route string
	Body  any
	// Check runs outside the transaction, for what takes time; nil if not needed.
	Check func() error
	// Run does the work and makes the answer.
	Run func(*store.Tx) (T, error)
	// ObjectID is the id of the object an answer is about.
	ObjectID func(T) string
}

// Do runs a POST: the first time in a transaction, whose answer it remembers;
// with the same idempotency key and request again it returns that answer.
func Do[T any](ctx context.Context, i *Idempotency, post Post[T]) (T, error) {
	var answer T
	hash, err := i.requestHash(post.Route, post.Body)
	if err != nil {
		return answer, err
	}
	if found, err := i.recall(ctx, post.Key, hash, &answer); found || err != nil {
		return answer, err
	}
	if post.Check != nil {
		if err := post.Check(); err != nil {
			return answer, err
		}
	}
	err = i.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if answer, err = post.Run(tx); err != nil {
			return err
		}
		return i.remember(ctx, tx, post.Key, hash, post.ObjectID(answer), answer)
	})
	if err != nil {
		// The same request may have run at the same time and been first.
		var first T
		if found, recallErr := i.recall(ctx, post.Key, hash, &first); found {
			return first, recallErr
		}
	}
	return answer, err
}

func (i *Idempotency) recall(ctx context.Context, key, hash string, answer any) (found bool, err error) {
	if key == "" {
		return false, nil
	}
	a, err := i.Store.Answer(ctx, Caller(ctx), key, i.Now().Add(-AnswerLife))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	case a.RequestHash != hash:
		return true, Problem(http.StatusUnprocessableEntity, gatewayapi.KindIdempotencyReused,
			"This Idempotency-Key was used for another request within the last 24 hours. Use a new key for a new request.", nil)
	}
	plain, err := i.Key.Open(a.Sealed)
	if err != nil {
		return true, fmt.Errorf("reading the remembered answer: %w", err)
	}
	return true, json.Unmarshal(plain, answer)
}

func (i *Idempotency) remember(ctx context.Context, tx *store.Tx, key, hash, objectID string, answer any) error {
	if key == "" {
		return nil
	}
	plain, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	sealed, err := i.Key.Seal(plain)
	if err != nil {
		return err
	}
	now := i.Now()
	return tx.RememberAnswer(ctx, store.Answer{Caller: Caller(ctx), Key: key, RequestHash: hash, ObjectID: objectID, Sealed: sealed, CreatedAt: now}, now.Add(-AnswerLife))
}

// requestHash tells requests apart. It is keyed: a body may hold a secret.
func (i *Idempotency) requestHash(route string, body any) (string, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(i.Key.MAC(route + "\n" + string(data))), nil
}
