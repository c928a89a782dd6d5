// What pgx.test.ts has pgx do: one scenario per run, named by the first argument. Every line on stdout is one JSON object
// with an "event". The connection comes from libpq's environment.
package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var background = context.Background()

func tell(event string, more map[string]any) {
	line := map[string]any{"event": event}
	for key, value := range more {
		line[key] = value
	}
	encoded, err := json.Marshal(line)
	check(err)
	fmt.Println(string(encoded))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func code(err error) string {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

func connect() *pgx.Conn {
	config, err := pgx.ParseConfig("")
	check(err)
	config.OnNotice = func(_ *pgconn.PgConn, notice *pgconn.Notice) { tell("notice", map[string]any{"text": notice.Message}) }
	// A cancelled context asks the server to stop instead of only closing the connection.
	conn, err := pgx.ConnectConfig(background, config)
	check(err)
	return conn
}

func read(conn *pgx.Conn, query string, arguments ...any) [][]any {
	rows, err := conn.Query(background, query, arguments...)
	check(err)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
	check(err)
	return all
}

func status(conn *pgx.Conn) string { return string(conn.PgConn().TxStatus()) }

var modes = []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol}

func masked(conn *pgx.Conn) {
	for _, mode := range modes {
		for i := 0; i < 2; i++ {
			tell("rows", map[string]any{"mode": mode.String(), "rows": read(conn, "SELECT email, phone, iban, card_number FROM customers WHERE id = $1", mode, 7)})
		}
	}
	// A prepared statement that is executed without a Describe of its portal, and results in binary and in text.
	_, err := conn.Prepare(background, "seven", "SELECT email, phone, iban, card_number FROM customers WHERE id = $1")
	check(err)
	for _, format := range []int16{0, 1} {
		result := conn.PgConn().ExecPrepared(background, "seven", [][]byte{[]byte("7")}, []int16{0}, []int16{format}).Read()
		check(result.Err)
		tell("raw", map[string]any{"row": strings.Join(strs(result.Rows[0]), "|")})
	}
}

func strs(row [][]byte) []string {
	out := make([]string, len(row))
	for i, value := range row {
		out[i] = string(value)
	}
	return out
}

func denied(conn *pgx.Conn) {
	for _, mode := range modes {
		_, err := conn.Exec(background, "DROP TABLE invoices", mode)
		tell("drop", map[string]any{"code": code(err)})
		tell("after", map[string]any{"rows": read(conn, "SELECT 1::int4")})
	}
	tx, err := conn.Begin(background)
	check(err)
	_, err = tx.Exec(background, "SAVEPOINT s")
	check(err)
	_, err = tx.Exec(background, "DROP TABLE invoices")
	tell("drop", map[string]any{"code": code(err)})
	tell("status", map[string]any{"now": status(conn)})
	_, err = tx.Exec(background, "SELECT 1")
	tell("aborted", map[string]any{"code": code(err)})
	_, err = tx.Exec(background, "ROLLBACK TO SAVEPOINT s")
	check(err)
	tell("status", map[string]any{"now": status(conn)})
	_, err = tx.Exec(background, "DROP TABLE invoices")
	tell("drop", map[string]any{"code": code(err)})
	tell("commit", map[string]any{"error": fmt.Sprint(tx.Commit(background))})
	tell("status", map[string]any{"now": status(conn)})
}

func held(conn *pgx.Conn) {
	for _, id := range []int{11, 12, 13} {
		tag, err := conn.Exec(background, "DELETE FROM invoice_lines WHERE id = $1", id)
		tell("deleted", map[string]any{"count": tag.RowsAffected(), "code": code(err)})
	}
}

func batch(conn *pgx.Conn) {
	for _, statements := range [][]string{
		{"SELECT 1::int4", "DELETE FROM invoice_lines WHERE id = 21 RETURNING id", "SELECT 3::int4"},
		{"SELECT 4::int4", "DELETE FROM invoice_lines WHERE id = 22 RETURNING id", "SELECT 5::int4"},
		{"SELECT 6::int4", "DROP TABLE invoices", "SELECT 7::int4"},
	} {
		queue := &pgx.Batch{}
		for _, statement := range statements {
			queue.Queue(statement)
		}
		results := conn.SendBatch(background, queue)
		var answers []any
		for range statements {
			var n int
			if err := results.QueryRow().Scan(&n); err != nil {
				answers = append(answers, code(err))
			} else {
				answers = append(answers, n)
			}
		}
		err := results.Close()
		tell("batch", map[string]any{"answers": answers, "closed": code(err), "status": status(conn)})
		tell("after", map[string]any{"rows": read(conn, "SELECT 1::int4")})
	}
}

func pipeline(conn *pgx.Conn) {
	pipe := conn.PgConn().StartPipeline(background)
	ask := func(query string) { pipe.SendQueryParams(query, nil, nil, nil, nil) }
	ask("SELECT 1")
	check(pipe.Sync())
	ask("DELETE FROM invoice_lines WHERE id = 31 RETURNING id")
	ask("SELECT 2")
	check(pipe.Sync())
	ask("SELECT 3")
	check(pipe.Sync())
	var answers []string
	for {
		result, err := pipe.GetResults()
		if err != nil {
			answers = append(answers, code(err))
			continue
		}
		if result == nil {
			break
		}
		switch one := result.(type) {
		case *pgconn.ResultReader:
			done := one.Read()
			if done.Err != nil {
				answers = append(answers, code(done.Err))
			} else {
				answers = append(answers, string(done.Rows[0][0]))
			}
		case *pgconn.PipelineSync:
			answers = append(answers, "sync")
		}
	}
	check(pipe.Close())
	tell("pipeline", map[string]any{"answers": answers})
}

// A context that ends makes pgx close the connection; PgConn.CancelRequest asks the server first.
func cancelled(conn *pgx.Conn, query string) {
	go func() {
		var line string
		fmt.Scanln(&line)
		check(conn.PgConn().CancelRequest(background))
	}()
	_, err := conn.Exec(background, query)
	tell("ended", map[string]any{"code": code(err)})
	tell("after", map[string]any{"rows": read(conn, "SELECT 1::int4")})
}

func contextEnds(conn *pgx.Conn) {
	ending, end := context.WithCancel(background)
	go func() {
		var line string
		fmt.Scanln(&line)
		end()
	}()
	_, err := conn.Exec(ending, "DELETE FROM invoice_lines WHERE id = 41")
	tell("ended", map[string]any{"cancelled": errors.Is(err, context.Canceled), "closed": conn.IsClosed()})
}

func copies(conn *pgx.Conn) {
	rows := make([][]any, 5000)
	for i := range rows {
		rows[i] = []any{int32(1), fmt.Sprintf("PGX-%d", i), int32(1), "2.50"}
	}
	for i := 0; i < 2; i++ {
		count, err := conn.CopyFrom(background, pgx.Identifier{"invoice_lines"}, []string{"invoice_id", "sku", "quantity", "price"}, pgx.CopyFromRows(rows))
		tell("copied", map[string]any{"count": count, "code": code(err)})
	}
	tell("count", map[string]any{"rows": read(conn, "SELECT count(*) FROM invoice_lines WHERE sku LIKE 'PGX-%'")})
	for _, kind := range []string{"", " WITH (FORMAT csv)", " WITH (FORMAT binary)"} {
		var out bytes.Buffer
		_, err := conn.PgConn().CopyTo(background, &out, "COPY customers TO STDOUT"+kind)
		check(err)
		tell("out", map[string]any{"hex": hex.EncodeToString(out.Bytes())})
	}
}

func large(conn *pgx.Conn) {
	text := strings.Repeat("Zürich 東京 🦊 ", 275000)
	var back string
	var sum string
	check(conn.QueryRow(background, "SELECT md5($1::text)", text).Scan(&sum))
	digest := md5.Sum([]byte(text))
	tell("sent", map[string]any{"same": sum == hex.EncodeToString(digest[:])})
	check(conn.QueryRow(background, "SELECT $1::text", text).Scan(&back))
	tell("back", map[string]any{"same": back == text})
}

func main() {
	conn := connect()
	switch os.Args[1] {
	case "masked":
		masked(conn)
	case "denied":
		denied(conn)
	case "held":
		held(conn)
	case "batch":
		batch(conn)
	case "pipeline":
		pipeline(conn)
	case "cancel":
		cancelled(conn, os.Args[2])
	case "context":
		contextEnds(conn)
	case "copies":
		copies(conn)
	case "large":
		large(conn)
	default:
		check(errors.New("no such scenario"))
	}
	conn.Close(background)
}
