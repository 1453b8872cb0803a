using Postern.Cli.Commands;
using Postern.Cli.Config;

namespace Postern.Tests.Cli;

public sealed class SshArgumentsTests
{
    [Fact]
    public void Everything_after_the_target_is_sshs()
    {
        Assert.True(SshArguments.TryParse(["--profile", "dev", "--ca=/x.pem", "admin@web-1", "-L", "1:x:2", "--profile", "theirs"], out var parsed));
        Assert.Equal(new SettingOptions(Profile: "dev", CaFile: "/x.pem"), parsed.Settings);
        Assert.Equal("admin@web-1", parsed.Target);
        Assert.Equal(["-L", "1:x:2", "--profile", "theirs"], parsed.Rest);
        Assert.False(parsed.Stdio);
    }

    [Fact]
    public void Standard_streams_take_a_port()
    {
        Assert.True(SshArguments.TryParse(["--stdio", "web-1", "2222"], out var parsed));
        Assert.True(parsed.Stdio);
        Assert.Equal(2222, parsed.Port);
        Assert.True(SshArguments.TryParse(["--stdio", "web-1"], out parsed));
        Assert.Equal(22, parsed.Port);
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("--stdio")]
    [InlineData("--region")]
    [InlineData("-p", "22", "web-1")]
    [InlineData("--stdio", "web-1", "x")]
    [InlineData("--stdio", "web-1", "22", "more")]
    public void Anything_else_is_left_to_the_ordinary_parser(params string[] args) => Assert.False(SshArguments.TryParse(args, out _));

    [Fact]
    public void Ssh_is_given_this_program_as_its_proxy_with_the_same_settings()
    {
        Assert.True(SshArguments.TryParse(["--region", "eu 1%", "web-1", "uptime"], out var parsed));
        var words = SshVerb.SshCommandLine(parsed, "/opt/postern");
        Assert.Equal("ssh|-o|ProxyCommand=/opt/postern ssh --stdio --region 'eu 1%%' %h %p|web-1|uptime|", string.Join('|', words));
        Assert.Null(words[^1]);
    }

    [Fact]
    public void One_word_is_a_command_line_of_its_own() => Assert.Equal("ls -l | wc", CommandLine.Join(["ls -l | wc"]));

    [Fact]
    public void Empty_word_is_not_lost() => Assert.Equal("echo ''", CommandLine.Join(["echo", ""]));

    [Fact]
    public void Several_words_keep_their_borders() => Assert.Equal("sh -c 'echo '\\''$HOME'\\'' x'", CommandLine.Join(["sh", "-c", "echo '$HOME' x"]));
}
