package dev.heddle.control.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Objects;

/// What tells one content of a file from the next without reading it.
///
/// @param key the file behind the name: another one after an atomic rename or a symlink's swap;
///   empty where the file system knows no such thing
/// @param changed when the inode changed last (`ctime`, which a rename and `cp -p` move too), or
///   the time of modification where there is no such thing
record FileStamp(String key, long size, Instant modified, Instant changed) {

    /// The stamp of the file that a path leads to, through symbolic links.
    static FileStamp of(Path path) throws IOException {
        return of(path, Files.readAttributes(path, BasicFileAttributes.class));
    }

    /// The stamp of a file whose attributes were read already.
    static FileStamp of(Path path, BasicFileAttributes attributes) throws IOException {
        return new FileStamp(
                Objects.toString(attributes.fileKey(), ""),
                attributes.size(),
                attributes.lastModifiedTime().toInstant(),
                changed(path, attributes));
    }

    private static Instant changed(Path path, BasicFileAttributes attributes) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return ((FileTime) Files.getAttribute(path, "unix:ctime")).toInstant();
        }
        return attributes.lastModifiedTime().toInstant();
    }
}
