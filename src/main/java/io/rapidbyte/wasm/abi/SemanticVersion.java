package io.rapidbyte.wasm.abi;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of a package, compared as semver 2.0 says. Build metadata is ignored. */
public record SemanticVersion(int major, int minor, int patch, String preRelease) {
    private static final Pattern FORM = Pattern.compile(
            "(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})\\.(0|[1-9]\\d{0,8})(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?");

    public static Optional<SemanticVersion> parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String pre = parts.group(4);
        return Optional.of(new SemanticVersion(
                Integer.parseInt(parts.group(1)),
                Integer.parseInt(parts.group(2)),
                Integer.parseInt(parts.group(3)),
                pre == null ? "" : pre));
    }

    /**
     * Whether a host of this version can run what was built against {@code built}: the same major
     * version (before 1.0.0 the same minor version) and not newer. Pre-releases promise nothing and
     * match only themselves.
     */
    public boolean serves(SemanticVersion built) {
        if (!preRelease.isEmpty() || !built.preRelease.isEmpty()) {
            return equals(built);
        }
        if (major != built.major || (major == 0 && minor != built.minor)) {
            return false;
        }
        return minor > built.minor || (minor == built.minor && patch >= built.patch);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch + (preRelease.isEmpty() ? "" : "-" + preRelease);
    }
}
