package io.rapidbyte.conformance;

/** What a connector has to keep to. The ids are stable: a clause that is given up leaves a gap. */
public enum Clause {
    MANIFEST_01("The manifest lies beside the module and every field of it is sound"),
    MANIFEST_02("The module has the checksum that the manifest names"),
    MANIFEST_03("The manifest is about this very file, and about a protocol version that this host serves"),
    EXPORT_01("The module's imports and exports are those of the contract for each role it names"),
    CONFIG_01("The schema of the settings refuses keys that it does not know"),
    LIFE_01("An instance opens its settings and closes"),
    LIFE_02("Closing twice does nothing the second time"),
    LIFE_03("A question before open is answered with a typed error"),
    ERR_01("Hostile settings that the schema lets through are opened, or refused with a typed error"),
    ERR_02("Hostile settings that the schema refuses do not trap the guest either"),
    ERR_03("An error of the host comes out as an error: no run ends well after it (I1)"),
    ERR_04("A batch that is no Arrow is answered with a typed error"),
    CHECK_01("Check finds nothing wrong where the work can be done"),
    CHECK_02("Check tells of a stream that is not there"),
    CHECK_03("A wrong secret is answered as an auth error, or found"),
    CHECK_04("A peer that is not there is a typed error, or found"),
    DISCOVER_01("Discovered streams have names of their own, and columns"),
    SCHEMA_01("A stream without rows still has its columns (I2)"),
    SCHEMA_02("All batches of a stream have one schema"),
    COUNT_01("The summary counts what went through"),
    BATCH_01("No batch is larger than it may be, but for a single row (I16)"),
    BATCH_02("The boundaries of batches do not matter"),
    ROWS_01("Rows in are rows out and rejected ones, but for what its features say"),
    SELECT_01("Only the selected columns come, in their order"),
    CKPT_01("Barriers come where they are due, behind rows, with payloads"),
    CKPT_02("Every barrier is confirmed, once and in order, before the run ends (I6)"),
    RESUME_01("All rows are those before a barrier and those read from its payload on"),
    RESUME_02("An incremental read from a kept cursor brings what is behind it"),
    CANCEL_01("A cancelled run ends by itself, promptly, as cancelled"),
    RECEIPT_01("A load that has not begun has a receipt of sequence 0"),
    RECEIPT_02("After a barrier the receipt names it, with payload, rows and completeness (I8)"),
    RECEIPT_03("Asking for the receipt again changes nothing"),
    RECEIPT_04("Once a later run has claimed the stream, an earlier one can write no more"),
    STAGE_01("Rows cannot be seen before they are published (I17)"),
    STAGE_02("After a failed upstream the table is as it was (I1)");

    private final String law;

    Clause(String law) {
        this.law = law;
    }

    /** As reports and documents name it, such as {@code SCHEMA-01}. */
    public String id() {
        return name().replace('_', '-');
    }

    /** What it asks, in one sentence. */
    public String law() {
        return law;
    }
}
