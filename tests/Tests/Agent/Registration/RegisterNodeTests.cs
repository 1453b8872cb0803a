using Postern.Agent.Host;
using Postern.Agent.Registration;
using Postern.Tests.Agent.Host;
using Postern.Tests.Support;

namespace Postern.Tests.Agent.Registration;

public sealed class RegisterNodeTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static Task<string> RegisterAsync(RegisterOptions options, AgentDirectory directory) => RegisterNode.RunAsync(options, directory, TimeProvider.System, CancellationToken.None);

    [Fact]
    public async Task A_registration_is_private_and_never_replaced_unasked()
    {
        await using var gateway = await ServerHost.StartAsync();
        await using var node = new NodeUnderTest { Gateway = gateway };
        var options = await node.OptionsAsync();
        var first = await RegisterAsync(options, node.Directory);
        Assert.Matches("^mi-[0-9a-f]{17}$", first);
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(node.Directory.FullPath));
        Assert.Equal(["ca.pem", "node.key", "registration.json"], Directory.GetFiles(node.Directory.FullPath).Select(Path.GetFileName).Order());
        Assert.All(Directory.GetFiles(node.Directory.FullPath), file => Assert.Equal(Private, File.GetUnixFileMode(file)));
        Assert.DoesNotContain(options.ActivationCode, File.ReadAllText(node.Directory.In("registration.json")), StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<AgentException>(() => RegisterAsync(options, node.Directory));
        Assert.Equal(ExitCode.AlreadyRegistered, refused.ExitCode);
        var second = await RegisterAsync(options with { Force = true }, node.Directory);
        Assert.NotEqual(first, second);
        Assert.Equal(second, node.Directory.Load().Registration.InstanceId);
    }

    [Fact]
    public async Task A_wrong_code_leaves_no_registration()
    {
        await using var gateway = await ServerHost.StartAsync();
        await using var node = new NodeUnderTest { Gateway = gateway };
        var refused = await Assert.ThrowsAsync<AgentException>(async () => await RegisterAsync(await node.OptionsAsync("wrongwrongwrongwrongwrong"), node.Directory));
        Assert.Equal(ExitCode.Refused, refused.ExitCode);
        Assert.DoesNotContain("wrongwrong", refused.Message, StringComparison.Ordinal);
        Assert.False(node.Directory.IsRegistered);
    }

    [Fact]
    public async Task A_gateway_of_another_authority_is_not_trusted()
    {
        await using var gateway = await ServerHost.StartAsync();
        await using var other = await ServerHost.StartAsync();
        await using var node = new NodeUnderTest { Gateway = gateway };
        var options = await node.OptionsAsync() with { CaPath = other.CaFile };
        var refused = await Assert.ThrowsAsync<AgentException>(() => RegisterAsync(options, node.Directory));
        Assert.Equal(ExitCode.Unreachable, refused.ExitCode);
        Assert.Contains("not trusted", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway.example")]
    [InlineData("ftp://gateway.example")]
    [InlineData("http://gateway.example:8080")]
    public async Task An_endpoint_that_is_none_is_refused(string endpoint)
    {
        using var folder = new TempFolder();
        var options = new RegisterOptions { Endpoint = endpoint, ActivationId = "x", ActivationCode = "y", Region = "us-east-1" };
        var refused = await Assert.ThrowsAsync<AgentException>(() => RegisterAsync(options, new AgentDirectory(folder["node"])));
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains(endpoint, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_agents_never_run_on_one_registration()
    {
        await using var gateway = await ServerHost.StartAsync();
        await using var node = await NodeUnderTest.StartAsync(gateway);
        var refused = Assert.Throws<AgentException>(() => { node.Directory.Lock(); });
        Assert.Equal(ExitCode.DataFolder, refused.ExitCode);
    }

    [Fact]
    public async Task Commands_answer_a_wrong_line_with_their_exit_codes()
    {
        using var folder = new TempFolder();
        Assert.Equal((int)ExitCode.Usage, await CommandLine.RunAsync(["register"]));
        Assert.Equal((int)ExitCode.Usage, await CommandLine.RunAsync(["dance"]));
        Assert.Equal((int)ExitCode.NotRegistered, await CommandLine.RunAsync(["run", "--data", folder["none"]]));
    }
}
