/// Tests of the commands that ask a control plane.
@NullMarked
package dev.heddle.cli.online;

import org.jspecify.annotations.NullMarked;
