import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/** The least that a Java program can do: binary COPY from one connection to another, by the JDBC driver. Arguments: source, target, table. */
final class Relay {
    public static void main(String[] args) throws SQLException {
        try (Connection source = DriverManager.getConnection(args[0]);
                Connection target = DriverManager.getConnection(args[1])) {
            CopyOut out = copies(source).copyOut("copy " + args[2] + " to stdout (format binary)");
            CopyIn in = copies(target).copyIn("copy " + args[2] + " from stdin (format binary)");
            for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                in.writeToCopy(row, 0, row.length);
            }
            in.endCopy();
        }
    }

    private static CopyManager copies(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }
}
