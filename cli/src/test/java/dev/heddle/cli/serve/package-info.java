/// Tests of the commands that run one part of a mesh.
@NullMarked
package dev.heddle.cli.serve;

import org.jspecify.annotations.NullMarked;
