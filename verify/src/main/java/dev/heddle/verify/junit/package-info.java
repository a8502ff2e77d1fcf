/// Tests of a configuration among the tests of a Java project: an extension of JUnit that hands
/// tests a mesh, which is asked with the engine of `heddle verify`. No other package needs JUnit.
@NullMarked
package dev.heddle.verify.junit;

import org.jspecify.annotations.NullMarked;
