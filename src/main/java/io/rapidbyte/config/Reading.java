package io.rapidbyte.config;

/** What goes along while one file is read. */
record Reading(Variables variables, Problems problems) {}
