/// Commands that run one part of a mesh as a process, until they are told to stop.
@NullMarked
package dev.heddle.cli.serve;

import org.jspecify.annotations.NullMarked;
