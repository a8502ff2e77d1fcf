/// Tests of the parts of `heddle analyze`.
@NullMarked
package dev.heddle.cli.analyze;

import org.jspecify.annotations.NullMarked;
