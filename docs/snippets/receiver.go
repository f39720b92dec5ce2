// Receives proofsheet's webhooks with Go's own library only.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	bodyBytesMax = 64 * 1024
	tolerance    = 5 * time.Minute
)

// verify reports whether the secret signed this body, at most five minutes ago.
func verify(key []byte, header http.Header, body []byte, now time.Time) bool {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil {
		return false
	}
	age := now.Sub(time.Unix(seconds, 0))
	if age > tolerance || age < -tolerance {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", id, timestamp)
	mac.Write(body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, item := range strings.Split(header.Get("webhook-signature"), " ") {
		if hmac.Equal([]byte(item), []byte(expected)) {
			return true
		}
	}
	return false
}

func main() {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("WEBHOOK_SECRET"), "whsec_"))
	if err != nil || len(key) == 0 {
		log.Fatal("WEBHOOK_SECRET is not a secret")
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "9009"
	}
	var seen sync.Map // in production: a table with a unique column
	receive := func(response http.ResponseWriter, request *http.Request) {
		// the bytes as they came: never parse first
		body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, bodyBytesMax))
		if err != nil || !verify(key, request.Header, body, time.Now()) {
			response.WriteHeader(http.StatusBadRequest)
			return
		}
		id := request.Header.Get("webhook-id")
		if _, known := seen.LoadOrStore(id, true); !known { // the same event may come twice
			var event struct{ Type string }
			if json.Unmarshal(body, &event) == nil {
				fmt.Println(event.Type, id)
			}
		}
		response.WriteHeader(http.StatusNoContent)
	}
	server := http.Server{Addr: "127.0.0.1:" + port, Handler: http.HandlerFunc(receive), ReadTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}
