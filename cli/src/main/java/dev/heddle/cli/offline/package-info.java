/// Commands that need no running mesh: they read files and ask the compiler, the same code that the
/// control plane runs.
@NullMarked
package dev.heddle.cli.offline;

import org.jspecify.annotations.NullMarked;
