package dev.heddle.signals.rollup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/// A file of SQLite that one process writes, and reads beside that.
final class SqliteFile {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteFile.class);

    /// Bytes of a page of a file.
    static final int PAGE = 4096;

    private SqliteFile() {}

    /// Makes something of a connection.
    @FunctionalInterface
    interface Maker<T> {
        /// @throws SQLException when the file is damaged or of another schema
        T of(Connection connection) throws SQLException;
    }

    /// Opens a file for writing, or makes it. One of which nothing can be made is put aside.
    ///
    /// @throws IOException when it cannot be opened or made
    static <T> T open(Path file, Maker<T> maker) throws IOException {
        try {
            return made(file, maker);
        } catch (SQLException first) {
            Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            LOG.error("{} cannot be read and is put aside as {}", file, aside, first);
            Files.deleteIfExists(aside);
            if (Files.exists(file)) {
                Files.move(file, aside);
            }
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-wal"));
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-shm"));
            try {
                return made(file, maker);
            } catch (SQLException e) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }
    }

    private static <T> T made(Path file, Maker<T> maker) throws SQLException {
        Connection connection = connect(file, false);
        try {
            return maker.of(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    static Connection connect(Path file, boolean onlyReads) throws SQLException {
        var config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setPageSize(PAGE);
        config.setBusyTimeout(5_000);
        config.setReadOnly(onlyReads);
        return config.createConnection("jdbc:sqlite:" + file);
    }
}
