using Postern.Client;

namespace Postern.Tests.Client;

public sealed class AgentVersionsTests
{
    [Theory]
    [InlineData("3.0.196.0", false)]
    [InlineData("3.0.197.0", true)]
    [InlineData("3.0.196.1", true)]
    [InlineData("10.0.0.0", true)]
    [InlineData("2.9.999.9", false)]
    [InlineData("3.1.0", false)] // another number of components
    [InlineData("3.1.0.x", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Multiplexing_starts_after_its_version(string? version, bool expected) => Assert.Equal(expected, AgentVersions.Multiplexes(version));

    [Theory]
    [InlineData("2.3.722.0", false)]
    [InlineData("2.3.722.1", true)]
    [InlineData("3.0.196.0", true)]
    public void Terminate_flag_starts_after_its_version(string version, bool expected) => Assert.Equal(expected, AgentVersions.TakesTerminateFlag(version));

    [Theory]
    [InlineData("3.1.1511.0", true)]
    [InlineData("3.1.1511.1", false)]
    [InlineData("3.3.4000.0", false)]
    public void Old_multiplexers_need_to_be_kept_awake(string version, bool expected) => Assert.Equal(expected, AgentVersions.NeedsMuxKeepAlive(version));
}
