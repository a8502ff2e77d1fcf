/// Other processes: starting them, keeping them alive, stopping them, and finding out who has a
/// port.
///
/// [dev.heddle.cli.process.Supervisor] is one thread that owns every process it started. A process
/// ends when that thread's process does, even by kill -9: Java children watch their standard input
/// ([dev.heddle.cli.process.ParentWatch]), others are told by the kernel.
@NullMarked
package dev.heddle.cli.process;

import org.jspecify.annotations.NullMarked;
