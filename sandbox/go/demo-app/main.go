// Command demo-app is the small web application that the sandbox deploys. It answers every path with what it is.
//
// The image says what it is in environment variables: APP, VERSION, REVISION. BEHAVIOUR makes a version that is no good:
// "crash" ends at once, "unhealthy" answers 503. SHOW names environment variables whose lengths are shown, so that it can
// be seen that a secret has arrived. COUNT names a file in which the app counts how often it has started, so that it can
// be seen that a volume outlives its pods.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type answer struct {
	App      string         `json:"app"`
	Version  string         `json:"version"`
	Revision string         `json:"revision"`
	Pod      string         `json:"pod"`
	Lengths  map[string]int `json:"lengths,omitempty"`
	Starts   int            `json:"starts,omitempty"`
}

func main() {
	log.SetFlags(0)
	if os.Getenv("BEHAVIOUR") == "crash" {
		log.Fatal("this version ends at once, on purpose")
	}
	if file := os.Getenv("COUNT"); file != "" {
		if err := count(file); err != nil {
			log.Fatal(err)
		}
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	server := &http.Server{Addr: ":" + port, Handler: http.HandlerFunc(serve), ReadHeaderTimeout: 5 * time.Second}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	go func() {
		<-ended.Done()
		// The ingress controller may send requests for a moment after the pod was told to end.
		limit, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(limit)
	}()
	log.Printf("%s %s serves on port %s", os.Getenv("APP"), os.Getenv("VERSION"), port)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

// starts is how often the app has started, by its count file.
var starts int

// count adds one to the number in a file.
func count(file string) error {
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	starts, _ = strconv.Atoi(strings.TrimSpace(string(text)))
	starts++
	return os.WriteFile(file, []byte(strconv.Itoa(starts)), 0o600)
}

func serve(w http.ResponseWriter, r *http.Request) {
	if os.Getenv("BEHAVIOUR") == "unhealthy" {
		http.Error(w, "this version is never healthy, on purpose", http.StatusServiceUnavailable)
		return
	}
	pod, _ := os.Hostname()
	lengths := map[string]int{}
	for _, name := range strings.Fields(os.Getenv("SHOW")) {
		lengths[name] = len(os.Getenv(name))
	}
	if file := os.Getenv("SHOW_FILE"); file != "" {
		if text, err := os.ReadFile(file); err == nil {
			w.Header().Set("X-File", fmt.Sprintf("%q", text))
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(answer{
		os.Getenv("APP"), os.Getenv("VERSION"), os.Getenv("REVISION"), pod, lengths, starts,
	})
}
