using Postern.Cli.Commands;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Tests.Cli;

public sealed class TargetResolverTests
{
    private static readonly InstanceInformation[] Nodes =
    [
        new() { InstanceId = "mi-00000000000000001", Name = "web", ComputerName = "web-1.lan", PingStatus = "Online" },
        new() { InstanceId = "mi-00000000000000002", Name = "web", ComputerName = "web-2.lan", PingStatus = "ConnectionLost" },
        new() { InstanceId = "mi-00000000000000003", ComputerName = "db", PingStatus = "Online" },
    ];

    [Theory]
    [InlineData("db", "mi-00000000000000003")]
    [InlineData("DB", "mi-00000000000000003")]
    [InlineData("web-1", "mi-00000000000000001")]
    [InlineData("web-2.lan", "mi-00000000000000002")]
    public void Name_of_one_node_is_enough(string target, string id) => Assert.Equal(id, TargetResolver.Choose(Nodes, target));

    [Fact]
    public void Name_of_several_or_none_lists_the_candidates()
    {
        var several = Assert.Throws<CommandException>(() => TargetResolver.Choose(Nodes, "web"));
        Assert.Contains("mi-00000000000000001", several.Message);
        Assert.Contains("mi-00000000000000002", several.Message);
        Assert.DoesNotContain("mi-00000000000000003", several.Message);
        var none = Assert.Throws<CommandException>(() => TargetResolver.Choose(Nodes, "mail"));
        Assert.Contains("mi-00000000000000003 (db, Online)", none.Message);
        Assert.Equal((ExitCodes.TargetUnavailable, ExitCodes.TargetUnavailable), (several.ExitCode, none.ExitCode));
    }

    [Theory]
    [InlineData("mi-0123456789abcdef0", true)]
    [InlineData("i-0123456789abcdef0", true)]
    [InlineData("i-01234567", true)]
    [InlineData("mi-01234567", false)]
    [InlineData("mi-0123456789ABCDEF0", false)]
    [InlineData("web-1", false)]
    public void Node_ids_are_told_from_names(string text, bool expected) => Assert.Equal(expected, TargetResolver.IsNodeId(text));
}
