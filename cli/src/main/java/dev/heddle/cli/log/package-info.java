/// What processes write to standard error: SLF4J's calls, as lines, from a level on that may change
/// while the process runs.
///
/// SLF4J finds [dev.heddle.cli.log.LogProvider] by its service file.
@NullMarked
package dev.heddle.cli.log;

import org.jspecify.annotations.NullMarked;
