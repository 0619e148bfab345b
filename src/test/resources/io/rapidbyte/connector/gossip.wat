;; A source that repeats its settings wherever it can. Build: wat2wasm gossip.wat -o gossip.wasm
;; `open` logs them and prints them; the run's outcome is told by the stream's name: "trap" ends in a trap behind them
;; as the last thing printed, "dlq" hands them out as what is wrong with a row, anything else is an error that
;; has them as its code, message and details.
(module
  (import "rapidbyte:connector/host@2.0.0" "log" (func $log (param i32 i32 i32)))
  (import "rapidbyte:connector/host@2.0.0" "metric" (func $metric (param i32 i32 i32 i64)))
  (import "rapidbyte:connector/host@2.0.0" "emit-dlq-record"
    (func $reject (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 16)
  (global $free (mut i32) (i32.const 4096))
  (global $settings (mut i32) (i32.const 0))
  (global $length (mut i32) (i32.const 0))

  (func $allocate (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 15)) (i32.const -16)))
    (global.set $free (i32.add (local.get $at) (local.get $size)))
    (local.get $at))

  (func $print
    (i32.store (i32.const 64) (global.get $settings))
    (i32.store (i32.const 68) (global.get $length))
    (drop (call $fd_write (i32.const 2) (i32.const 64) (i32.const 1) (i32.const 72))))

  (func (export "rapidbyte:connector/source-connector@2.0.0#open") (param $at i32) (param $bytes i32) (result i32)
    (global.set $settings (local.get $at))
    (global.set $length (local.get $bytes))
    (call $log (i32.const 2) (local.get $at) (local.get $bytes))
    (call $metric (local.get $at) (local.get $bytes) (i32.const 0) (i64.const 1))
    (call $print)
    (i32.store8 (i32.const 512) (i32.const 0))
    (i32.const 512))
  (func (export "rapidbyte:connector/source-connector@2.0.0#validate") (param i32 i32) (result i32) (unreachable))
  (func (export "rapidbyte:connector/source-connector@2.0.0#discover") (result i32) (unreachable))
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

  (func $text (param $at i32)
    (i32.store (local.get $at) (global.get $settings))
    (i32.store (i32.add (local.get $at) (i32.const 4)) (global.get $length)))

  (func (export "rapidbyte:connector/source-connector@2.0.0#run-read") (param $context i32) (result i32)
    (local $initial i32)
    (local.set $initial (i32.load8_u (i32.load (local.get $context))))
    (if (i32.eq (local.get $initial) (i32.const 0x74)) (then (call $print) (unreachable)))
    (if (i32.eq (local.get $initial) (i32.const 0x64))
      (then
        (call $reject (global.get $settings) (global.get $length) (global.get $settings) (global.get $length)
          (i32.const 6) (global.get $settings) (global.get $length) (global.get $settings) (global.get $length)
          (i32.const 128))
        (if (i32.load8_u (i32.const 128)) (then (return (i32.const 128))))))
    (memory.fill (i32.const 512) (i32.const 0) (i32.const 128))
    (i32.store8 (i32.const 512) (i32.const 1))
    (call $text (i32.const 524))
    (call $text (i32.const 532))
    (i32.store8 (i32.const 564) (i32.const 1))
    (call $text (i32.const 568))
    (i32.const 512))
)
