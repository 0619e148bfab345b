package io.rapidbyte.config;

/**
 * The way from the root of the document to one of its parts.
 *
 * @param dotted for people, such as {@code source.streams[0].name}
 * @param pointer for programs, an RFC 6901 JSON pointer such as {@code /source/streams/0/name}
 */
record KeyPath(String dotted, String pointer) {
    static final KeyPath ROOT = new KeyPath("", "");

    KeyPath key(String name) {
        String shown = Quote.ifOdd(name);
        return new KeyPath(
                dotted.isEmpty() ? shown : dotted + "." + shown,
                pointer + "/" + name.replace("~", "~0").replace("/", "~1"));
    }

    KeyPath item(int index) {
        return new KeyPath(dotted + "[" + index + "]", pointer + "/" + index);
    }
}
