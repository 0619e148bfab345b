;; A source that talks to a server and emits what it hears; for tests of the sockets behind the ABI.
;; Build: wat2wasm probe.wat -o probe.wasm
;; The stream's name says what to do: "echo" sends four bytes and emits the answer, "drain" reads to
;; the end of the stream and counts, "sockets" connects until it is refused, "metrics" makes up 100,000 names. The port stands at address 16, as four bytes that a test replaces.
;; Every import here gives a result whose error stands 8 bytes behind its discriminant, as in the
;; exports: an error is handed on by returning the place where the import left it.
(module
  (import "rapidbyte:connector/host@2.0.0" "connect-tcp" (func $connect (param i32 i32 i32 i32)))
  (import "rapidbyte:connector/host@2.0.0" "socket-read" (func $read (param i64 i32 i32)))
  (import "rapidbyte:connector/host@2.0.0" "socket-write" (func $write (param i64 i32 i32 i32)))
  (import "rapidbyte:connector/host@2.0.0" "socket-close" (func $close-socket (param i64)))
  (import "rapidbyte:connector/host@2.0.0" "metric" (func $metric (param i32 i32 i32 i64)))
  (import "rapidbyte:connector/host@2.0.0" "emit-batch" (func $emit (param i32 i32 i32)))
  (memory (export "memory") 64)
  (data (i32.const 16) "PORT")
  (data (i32.const 32) "localhost")
  (data (i32.const 48) "ping")
  (global $free (mut i32) (i32.const 4096))

  ;; Never frees; the read buffer below is taken back after each read.
  (func $allocate (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (if (i32.and (i32.ne (local.get $old) (i32.const 0)) (i32.le_u (local.get $size) (local.get $old-size)))
      (then (return (local.get $old))))
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
    (global.set $free (i32.add (local.get $at) (local.get $size)))
    (local.get $at))

  ;; Results of the host's calls stand at 128, our own at 512.
  (func (export "rapidbyte:connector/source-connector@2.0.0#open") (param i32 i32) (result i32)
    (i32.store8 (i32.const 512) (i32.const 0))
    (i32.const 512))
  (func (export "rapidbyte:connector/source-connector@2.0.0#validate") (param i32 i32) (result i32) (unreachable))
  (func (export "rapidbyte:connector/source-connector@2.0.0#discover") (result i32) (unreachable))
  ;; Nobody compares it with anything.
  (func (export "rapidbyte:connector/source-connector@2.0.0#comparable") (param i32) (result i32) (unreachable))
  (func (export "rapidbyte:connector/source-connector@2.0.0#slices") (param i32) (result i32) (unreachable))
  (func (export "rapidbyte:connector/source-connector@2.0.0#digest") (param i32) (result i32) (unreachable))
  (func (export "rapidbyte:connector/source-connector@2.0.0#row-digests") (param i32) (result i32) (unreachable))
  (func (export "rapidbyte:connector/source-connector@2.0.0#read-rows") (param i32) (result i32) (unreachable))
  (func (export "rapidbyte:connector/source-connector@2.0.0#slots") (param i32 i32) (result i32) (unreachable))
  (func (export "rapidbyte:connector/source-connector@2.0.0#drop-slot") (param i32 i32) (result i32) (unreachable))
  (func (export "rapidbyte:connector/source-connector@2.0.0#close") (result i32)
    (i32.store8 (i32.const 512) (i32.const 0))
    (i32.const 512))

  ;; Nothing was read.
  (func $nothing (result i32)
    (memory.fill (i32.const 512) (i32.const 0) (i32.const 64))
    (i32.const 512))

  (func $take-sockets (result i32)
    (loop $more
      (call $connect (i32.const 32) (i32.const 9) (i32.load (i32.const 16)) (i32.const 128))
      (br_if $more (i32.eqz (i32.load8_u (i32.const 128)))))
    (i32.const 128))

  ;; Names of four letters, from A to P.
  (func $make-up-metrics (result i32)
    (local $i i32)
    (loop $more
      (i32.store (i32.const 64) (i32.add (i32.const 0x41414141) (i32.or
        (i32.or (i32.and (local.get $i) (i32.const 15))
                (i32.and (i32.shl (local.get $i) (i32.const 4)) (i32.const 0xf00)))
        (i32.or (i32.and (i32.shl (local.get $i) (i32.const 8)) (i32.const 0xf0000))
                (i32.and (i32.shl (local.get $i) (i32.const 12)) (i32.const 0xf000000))))))
      (call $metric (i32.const 64) (i32.const 4) (i32.const 0) (i64.const 1))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.const 100000))))
    (call $nothing))

  (func (export "rapidbyte:connector/source-connector@2.0.0#run-read") (param $context i32) (result i32)
    (local $socket i64)
    (local $total i64)
    (local $mark i32)
    (local $drain i32)
    (local $initial i32)
    ;; The context begins with the name's pointer.
    (local.set $initial (i32.load8_u (i32.load (local.get $context))))
    (local.set $drain (i32.eq (local.get $initial) (i32.const 0x64)))
    (if (i32.eq (local.get $initial) (i32.const 0x73)) (then (return (call $take-sockets))))
    (if (i32.eq (local.get $initial) (i32.const 0x6d)) (then (return (call $make-up-metrics))))
    (call $connect (i32.const 32) (i32.const 9) (i32.load (i32.const 16)) (i32.const 128))
    (if (i32.load8_u (i32.const 128)) (then (return (i32.const 128))))
    (local.set $socket (i64.load (i32.const 136)))
    (call $write (local.get $socket) (i32.const 48) (i32.const 4) (i32.const 128))
    (if (i32.load8_u (i32.const 128)) (then (return (i32.const 128))))
    (loop $more
      (local.set $mark (global.get $free))
      (call $read (local.get $socket) (i32.const 0x7fffffff) (i32.const 128))
      (if (i32.load8_u (i32.const 128)) (then (return (i32.const 128))))
      (global.set $free (local.get $mark))
      (local.set $total (i64.add (local.get $total) (i64.extend_i32_u (i32.load (i32.const 140)))))
      (br_if $more (i32.and (local.get $drain) (i32.ne (i32.load (i32.const 140)) (i32.const 0)))))
    (if (i32.eqz (local.get $drain))
      (then
        (call $emit (i32.load (i32.const 136)) (i32.load (i32.const 140)) (i32.const 256))
        (if (i32.load8_u (i32.const 256)) (then (return (i32.const 256))))))
    (call $close-socket (local.get $socket))
    (i32.store8 (i32.const 512) (i32.const 0))
    (i64.store (i32.const 520) (i64.const 0))
    (i64.store (i32.const 528) (local.get $total))
    (i64.store (i32.const 536) (i64.const 1))
    (i32.const 512))
)
