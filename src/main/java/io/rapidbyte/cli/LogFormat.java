package io.rapidbyte.cli;

/** How what is for people, log lines among it, stands on standard error. */
enum LogFormat {
    TEXT,
    /** A JSON object a line, for who collects logs. */
    JSON
}
