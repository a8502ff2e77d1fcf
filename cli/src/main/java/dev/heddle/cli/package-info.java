/// The command line tool `heddle`.
///
/// [dev.heddle.cli.HeddleMain] is the process, [dev.heddle.cli.Commands] lists every command with
/// its options; what a command does is in a package of its own.
@NullMarked
package dev.heddle.cli;

import org.jspecify.annotations.NullMarked;
