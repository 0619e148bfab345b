package io.rapidbyte.server;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The tokens that a server knows, as hashes. Immutable. */
final class Tokens {
    /** The environment's names for tokens; no pipeline gets to see them. */
    static final String OPERATE_VARIABLE = "RAPIDBYTE_TOKEN";

    static final String READ_VARIABLE = "RAPIDBYTE_READ_TOKEN";

    /** Long enough not to be guessed: 128 random bits take 22 characters of base64. */
    static final int MIN_CHARS = 22;

    private static final int MAX_CHARS = 1_000;
    private static final int GENERATED_BYTES = 32;
    private static final Pattern FORM = Pattern.compile("[!-~]{" + MIN_CHARS + "," + MAX_CHARS + "}");
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Optional<byte[]> operate;
    private final Optional<byte[]> read;
    private final Optional<Path> generated;

    private Tokens(Optional<String> operate, Optional<String> read, Optional<Path> generated) {
        this.operate = operate.map(Tokens::hash);
        this.read = read.map(Tokens::hash);
        this.generated = generated;
    }

    /**
     * Those that the options and the environment name. Where there are none and only this host can connect, one for
     * everything is kept in a file of the user's. Blocks on files.
     *
     * @throws FailureException of kind {@code USAGE} where a token is missing or unfit
     */
    static Tokens of(ServerOptions options) {
        Optional<String> operate =
                options.tokenFile().map(Tokens::readFile).or(() -> variable(options.environment(), OPERATE_VARIABLE));
        Optional<String> read =
                options.readTokenFile().map(Tokens::readFile).or(() -> variable(options.environment(), READ_VARIABLE));
        if (operate.isPresent() && operate.equals(read)) {
            throw refused("the token for reading is the one for everything: give them different ones");
        }
        if (operate.isPresent() || read.isPresent()) {
            return new Tokens(operate, read, Optional.empty());
        }
        if (!isLoopback(options.host())) {
            throw refused("other hosts can reach " + options.host() + ", so a token is needed: put at least "
                    + MIN_CHARS + " random characters into a file and name it with --token-file, or into "
                    + OPERATE_VARIABLE);
        }
        Path file = options.dataFolder().resolve("serve-token");
        return new Tokens(Optional.of(keep(file)), Optional.empty(), Optional.of(file));
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw refused("--host " + host + " is no address of this host");
        }
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(text -> !text.isEmpty())
                .map(text -> fit(text, "the environment variable " + name));
    }

    private static String readFile(Path file) {
        try {
            return fit(Files.readString(file).strip(), file.toString());
        } catch (IOException e) {
            throw refused("the token file " + file + " cannot be read: " + e);
        }
    }

    private static String fit(String token, String where) {
        if (!FORM.matcher(token).matches()) {
            throw refused(where + " holds no token: it takes " + MIN_CHARS + " to " + MAX_CHARS
                    + " characters, without blanks, such as those of: openssl rand -base64 32");
        }
        return token;
    }

    /** The token in {@code file}, which is made where it is missing. */
    private static String keep(Path file) {
        try {
            if (Files.exists(file)) {
                if (!Files.getPosixFilePermissions(file).equals(OWNER_ONLY.value())) {
                    throw refused("others may read the token in " + file + ": remove it, and a new one is made");
                }
                return readFile(file);
            }
            byte[] random = new byte[GENERATED_BYTES];
            new SecureRandom().nextBytes(random);
            String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), ".serve-token", ".tmp", OWNER_ONLY);
            Files.writeString(fresh, token + "\n", StandardOpenOption.TRUNCATE_EXISTING);
            Files.move(fresh, file);
            return token;
        } catch (IOException e) {
            throw refused("a token cannot be kept in " + file + ": " + e + "; name one with --token-file");
        }
    }

    /** The file of the token that was made for lack of others. */
    Optional<Path> generated() {
        return generated;
    }

    /** Takes the same time for whatever is presented: every token is compared, and each to its end. */
    Role roleOf(String presented) {
        byte[] hash = hash(presented);
        boolean mayOperate = MessageDigest.isEqual(hash, operate.orElseGet(() -> new byte[hash.length]));
        boolean mayRead = MessageDigest.isEqual(hash, read.orElseGet(() -> new byte[hash.length]));
        if (mayOperate) {
            return Role.OPERATE;
        }
        return mayRead ? Role.READ : Role.OPEN;
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static FailureException refused(String message) {
        return new FailureException(
                new Failure(FailureKind.USAGE, ConnectorError.permanent(ErrorCategory.CONFIG, "serve.token", message)));
    }
}
