package dev.heddle.signals.rollup;

import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.xds.Confined;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Tallies by minute and by hour, in a file of SQLite.
///
/// The file is written ahead (WAL), one transaction for all that came in a second: a process that
/// is killed loses what it had not committed, and nothing else. What a machine lost that lost its
/// power may be more, for the log is not flushed to the disk at each commit.
@Confined("signals writer")
final class RollupFile implements AutoCloseable {
    private static final int SCHEMA = 1;

    private final Path file;
    private final Connection writing;
    private final Map<Edge, Long> ids = new HashMap<>();

    /// What was made hours of last.
    private long tidiedHour = -1;

    private RollupFile(Path file, Connection writing) {
        this.file = file;
        this.writing = writing;
    }

    /// Opens the file, or makes it. One that is damaged or of another schema is put aside.
    ///
    /// @throws IOException when it cannot be opened or made
    static RollupFile open(Path file) throws IOException {
        return SqliteFile.open(
                file,
                connection -> {
                    create(connection);
                    connection.setAutoCommit(false);
                    var opened = new RollupFile(file, connection);
                    opened.readEdges();
                    return opened;
                });
    }

    private static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int schema = number(statement, "PRAGMA user_version");
            if (schema != 0 && schema != SCHEMA) {
                throw new SQLException("schema %d (expected: %d)".formatted(schema, SCHEMA));
            }
            if (schema == 0) {
                // So that the file gets smaller, too; it takes effect by the second command.
                statement.execute("PRAGMA auto_vacuum = INCREMENTAL");
                statement.execute("VACUUM");
            }
            statement.execute(
                    """
                    CREATE TABLE IF NOT EXISTS edges (
                      id INTEGER PRIMARY KEY,
                      reporter TEXT NOT NULL,
                      source_workload TEXT NOT NULL, source_namespace TEXT NOT NULL,
                      source_service TEXT NOT NULL, source_version TEXT NOT NULL,
                      destination_workload TEXT NOT NULL, destination_namespace TEXT NOT NULL,
                      destination_service TEXT NOT NULL, destination_version TEXT NOT NULL,
                      protocol TEXT NOT NULL, route TEXT NOT NULL, secure TEXT NOT NULL)\
                    """);
            for (Resolution resolution : Resolution.values()) {
                statement.execute(
                        """
                        CREATE TABLE IF NOT EXISTS %s (
                          time INTEGER NOT NULL, edge INTEGER NOT NULL,
                          requests INTEGER NOT NULL, errors INTEGER NOT NULL,
                          callers_faults INTEGER NOT NULL,
                          received INTEGER NOT NULL, sent INTEGER NOT NULL,
                          duration_micros INTEGER NOT NULL, latencies BLOB NOT NULL,
                          PRIMARY KEY (time, edge)) WITHOUT ROWID\
                        """
                                .formatted(resolution.table()));
            }
            statement.execute("PRAGMA user_version = " + SCHEMA);
        }
    }

    private static int number(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    private void readEdges() throws SQLException {
        try (Statement statement = writing.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM edges")) {
            while (rows.next()) {
                ids.put(edge(rows), rows.getLong("id"));
            }
        }
    }

    private static Edge edge(ResultSet row) throws SQLException {
        return new Edge(
                Side.of(row.getString("reporter")),
                party(row, "source"),
                party(row, "destination"),
                row.getString("protocol"),
                row.getString("route"),
                Secure.of(row.getString("secure")));
    }

    private static Party party(ResultSet row, String end) throws SQLException {
        return new Party(
                row.getString(end + "_workload"),
                row.getString(end + "_namespace"),
                row.getString(end + "_service"),
                row.getString(end + "_version"));
    }

    /// How many edges the file knows.
    int edges() {
        return ids.size();
    }

    boolean knows(Edge edge) {
        return ids.containsKey(edge);
    }

    /// Adds what came, by minutes since 1970, and commits.
    ///
    /// @throws SQLException when it cannot; then nothing was added
    void add(Map<Long, Map<Edge, Tally>> came) throws SQLException {
        try {
            for (var minute : came.entrySet()) {
                for (var tally : minute.getValue().entrySet()) {
                    add(Resolution.MINUTE, minute.getKey(), id(tally.getKey()), tally.getValue());
                }
            }
            writing.commit();
        } catch (SQLException e) {
            undo();
            throw e;
        }
    }

    private void undo() throws SQLException {
        writing.rollback();
        // Edges that were made in the transaction have no number any more.
        ids.clear();
        readEdges();
    }

    private long id(Edge edge) throws SQLException {
        Long known = ids.get(edge);
        if (known != null) {
            return known;
        }
        try (PreparedStatement insert =
                writing.prepareStatement(
                        """
                        INSERT INTO edges (reporter,
                          source_workload, source_namespace, source_service, source_version,
                          destination_workload, destination_namespace, destination_service,
                          destination_version, protocol, route, secure)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id\
                        """)) {
            insert.setString(1, edge.reporter().toString());
            set(insert, 2, edge.source());
            set(insert, 6, edge.destination());
            insert.setString(10, edge.protocol());
            insert.setString(11, edge.route());
            insert.setString(12, edge.secure().toString());
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                long id = row.getLong(1);
                ids.put(edge, id);
                return id;
            }
        }
    }

    private static void set(PreparedStatement statement, int from, Party party)
            throws SQLException {
        statement.setString(from, party.workload());
        statement.setString(from + 1, party.namespace());
        statement.setString(from + 2, party.service());
        statement.setString(from + 3, party.version());
    }

    private void add(Resolution resolution, long time, long edge, Tally tally) throws SQLException {
        var sum = new Tally();
        sum.add(tally);
        try (PreparedStatement select =
                writing.prepareStatement(
                        "SELECT * FROM " + resolution.table() + " WHERE time = ? AND edge = ?")) {
            select.setLong(1, time);
            select.setLong(2, edge);
            try (ResultSet row = select.executeQuery()) {
                if (row.next()) {
                    addTo(sum, row);
                }
            }
        }
        Tally.Sums sums = sum.sums();
        try (PreparedStatement replace =
                writing.prepareStatement(
                        "INSERT OR REPLACE INTO "
                                + resolution.table()
                                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            replace.setLong(1, time);
            replace.setLong(2, edge);
            replace.setLong(3, sums.requests());
            replace.setLong(4, sums.errors());
            replace.setLong(5, sums.callersFaults());
            replace.setLong(6, sums.received());
            replace.setLong(7, sums.sent());
            replace.setLong(8, sums.durationMicros());
            replace.setBytes(9, sum.latencies().bytes());
            replace.executeUpdate();
        }
    }

    private static void addTo(Tally tally, ResultSet row) throws SQLException {
        tally.add(
                new Tally.Sums(
                        row.getLong("requests"),
                        row.getLong("errors"),
                        row.getLong("callers_faults"),
                        row.getLong("received"),
                        row.getLong("sent"),
                        row.getLong("duration_micros")));
        tally.latencies().addBytes(row.getBytes("latencies"));
    }

    /// Makes hours of minutes that are over, and lets go of what is too old or too much.
    ///
    /// @param hoursBefore minutes before that hour, counted since 1970, become hours
    /// @param keptFrom hours before that one go
    /// @param mostBytes how large the file may be; of more the oldest go
    /// @throws SQLException when it cannot; then all is as before
    void tidy(long hoursBefore, long keptFrom, long mostBytes) throws SQLException {
        try (Statement statement = writing.createStatement()) {
            boolean isTooMuch = bytes(statement) > mostBytes;
            writing.commit();
            // Most of it is work for each hour, not for each minute: it looks at all rows.
            if (hoursBefore == tidiedHour && !isTooMuch) {
                return;
            }
        }
        try {
            condense(hoursBefore);
            tidiedHour = hoursBefore;
            try (Statement statement = writing.createStatement()) {
                statement.executeUpdate("DELETE FROM hours WHERE time < " + keptFrom);
                for (int rounds = 0; bytes(statement) > mostBytes && rounds < 64; rounds++) {
                    if (!dropOldest(statement)) {
                        break;
                    }
                }
                statement.executeUpdate(
                        "DELETE FROM edges WHERE id NOT IN (SELECT edge FROM minutes UNION"
                                + " SELECT edge FROM hours)");
            }
            writing.commit();
            ids.clear();
            readEdges();
            writing.commit();
        } catch (SQLException e) {
            undo();
            throw e;
        }
        writing.setAutoCommit(true);
        try (Statement statement = writing.createStatement()) {
            // As an update it runs to its end; otherwise the driver stops after the first page.
            statement.executeUpdate("PRAGMA incremental_vacuum");
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        } finally {
            writing.setAutoCommit(false);
        }
    }

    private void condense(long hoursBefore) throws SQLException {
        var hours = new HashMap<Long, Map<Long, Tally>>();
        try (PreparedStatement select =
                writing.prepareStatement("SELECT * FROM minutes WHERE time < ?")) {
            select.setLong(1, hoursBefore * 60);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    Tally tally =
                            hours.computeIfAbsent(row.getLong("time") / 60, _ -> new HashMap<>())
                                    .computeIfAbsent(row.getLong("edge"), _ -> new Tally());
                    addTo(tally, row);
                }
            }
        }
        for (var hour : hours.entrySet()) {
            for (var tally : hour.getValue().entrySet()) {
                add(Resolution.HOUR, hour.getKey(), tally.getKey(), tally.getValue());
            }
        }
        try (Statement statement = writing.createStatement()) {
            statement.executeUpdate("DELETE FROM minutes WHERE time < " + hoursBefore * 60);
        }
    }

    /// What is in use of the file.
    private static long bytes(Statement statement) throws SQLException {
        long pages = number(statement, "PRAGMA page_count");
        long free = number(statement, "PRAGMA freelist_count");
        return (pages - free) * SqliteFile.PAGE;
    }

    /// A sixteenth of the hours, or of the minutes where there are no hours.
    private static boolean dropOldest(Statement statement) throws SQLException {
        for (Resolution resolution : new Resolution[] {Resolution.HOUR, Resolution.MINUTE}) {
            String table = resolution.table();
            int dropped =
                    statement.executeUpdate(
                            """
                            DELETE FROM %1$s WHERE time <= (SELECT min(time)
                              + (max(time) - min(time)) / 16 FROM %1$s)\
                            """
                                    .formatted(table));
            if (dropped > 0) {
                return true;
            }
        }
        return false;
    }

    /// What the file says of whole minutes, or of hours where it has no more than those. Callable
    /// from any thread.
    ///
    /// @param from the first minute, counted since 1970
    /// @param to the minute after the last
    /// @param wanted what of
    /// @throws SQLException when it cannot be read
    static Map<Edge, Tally> read(Path file, long from, long to, Predicate<Edge> wanted)
            throws SQLException {
        var sum = new HashMap<Edge, Tally>();
        try (Connection reading = SqliteFile.connect(file, true)) {
            Map<Long, Edge> edges = edges(reading, wanted);
            addAll(reading, Resolution.MINUTE, from, to, edges, sum);
            addAll(reading, Resolution.HOUR, from / 60, (to + 59) / 60, edges, sum);
        }
        return sum;
    }

    private static Map<Long, Edge> edges(Connection reading, Predicate<Edge> wanted)
            throws SQLException {
        var edges = new HashMap<Long, Edge>();
        try (Statement statement = reading.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM edges")) {
            while (rows.next()) {
                Edge edge = edge(rows);
                if (wanted.test(edge)) {
                    edges.put(rows.getLong("id"), edge);
                }
            }
        }
        return edges;
    }

    /// Rows of others are passed over in the database: most of the time goes into those that come
    /// out of it.
    private static void addAll(
            Connection reading,
            Resolution resolution,
            long from,
            long to,
            Map<Long, Edge> edges,
            Map<Edge, Tally> sum)
            throws SQLException {
        String ids = edges.keySet().stream().map(String::valueOf).collect(Collectors.joining(","));
        try (PreparedStatement select =
                reading.prepareStatement(
                        "SELECT * FROM %s WHERE time >= ? AND time < ? AND edge IN (%s)"
                                .formatted(resolution.table(), ids))) {
            select.setLong(1, from);
            select.setLong(2, to);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    Edge edge = edges.get(row.getLong("edge"));
                    if (edge != null) {
                        addTo(sum.computeIfAbsent(edge, _ -> new Tally()), row);
                    }
                }
            }
        }
    }

    Path path() {
        return file;
    }

    @Override
    public void close() throws SQLException {
        writing.close();
    }
}
