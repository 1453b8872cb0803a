using System.Net;
using Microsoft.Extensions.Logging;
using Postern.Server.Settings;
using Postern.Tests.Support;

namespace Postern.Tests.Settings;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_given_means_defaults()
    {
        var options = Read();
        Assert.Equal("us-east-1", options.Region);
        Assert.Equal("000000000000", options.Account);
        Assert.Equal([IPEndPoint.Parse("127.0.0.1:8443")], options.Listen);
    }

    [Fact]
    public void Command_line_wins_over_environment_and_environment_over_file()
    {
        File.WriteAllText(_folder["postern.json"], """{ "region": "from-file", "account": "111111111111", "log-level": "error" } // a comment""");
        _environment["POSTERN_REGION"] = "from-environment";
        _environment["POSTERN_ACCOUNT"] = "222222222222";
        var options = Read("--region", "from-argv", "--data", _folder.Path);
        Assert.Equal("from-argv", options.Region);
        Assert.Equal("222222222222", options.Account);
        Assert.Equal(LogLevel.Error, options.LogLevel);
    }

    [Fact]
    public void Several_addresses_can_be_given_in_each_place()
    {
        IPEndPoint[] both = [new(IPAddress.Any, 8443), new(IPAddress.IPv6Any, 0)];
        Assert.Equal(both, Read("--listen", "0.0.0.0:8443", "--listen=[::]:0").Listen);
        _environment["POSTERN_LISTEN"] = "0.0.0.0:8443, [::]:0";
        Assert.Equal(both, Read().Listen);
        _environment.Clear();
        File.WriteAllText(_folder["other.json"], """{ "listen": ["0.0.0.0:8443", "[::]:0"] }""");
        Assert.Equal(both, Read("--config", _folder["other.json"]).Listen);
    }

    [Theory]
    [InlineData("Unknown option --lisen", "--lisen", "1.2.3.4:1")]
    [InlineData("Unknown option serve", "serve")]
    [InlineData("--region needs a value", "--region")]
    [InlineData("--region needs a value", "--region", "--account", "123456789012")]
    [InlineData("--region needs a value", "--region=")]
    [InlineData("--region is given more than once", "--region", "a", "--region", "b")]
    [InlineData("--account has a bad value '12'", "--account", "12")]
    [InlineData("--listen has a bad value '8443'", "--listen", "8443")]
    [InlineData("--listen has a bad value '1.2.3.4:99999'", "--listen", "1.2.3.4:99999")]
    [InlineData("--listen has a bad value '::1:8443'", "--listen", "::1:8443")]
    [InlineData("--listen has a bad value 'host:1'", "--listen", "host:1")]
    [InlineData("--endpoint has a bad value 'http://x'", "--endpoint", "http://x")]
    [InlineData("--endpoint has a bad value 'https://x/path'", "--endpoint", "https://x/path")]
    [InlineData("--log-level has a bad value 'loud'", "--log-level", "loud")]
    [InlineData("--log-level has a bad value '3'", "--log-level", "3")]
    [InlineData("--region has a bad value 'eu/west'", "--region", "eu/west")]
    [InlineData("--cert and --key belong together", "--cert", "x.pem")]
    [InlineData("cannot be read", "--config", "/no/such/postern.json")]
    public void A_wrong_command_line_is_one_line_that_names_the_option(string expected, params string[] args)
    {
        var error = Assert.Throws<SettingsException>(() => Read(args));
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("""{ "regoin": "x" }""", "\"regoin\" is not a setting")]
    [InlineData("""{ "region": {} }""", "\"region\" must be a string")]
    [InlineData("""{ "region": ["a", "b"] }""", "\"region\" is given more than once")]
    [InlineData("""{ "region": "a", "region": "b" }""", "\"region\" is given more than once")]
    [InlineData("""{ "region": "a" """, "not valid JSON (line 1)")]
    [InlineData("[]", "must hold one JSON object")]
    [InlineData("""{ "data": "/elsewhere" }""", "\"data\" cannot be set")]
    public void A_wrong_file_is_one_line_that_names_file_and_setting(string content, string expected)
    {
        File.WriteAllText(_folder["postern.json"], content);
        var error = Assert.Throws<SettingsException>(() => Read("--data", _folder.Path));
        Assert.Contains(expected, error.Message);
        Assert.Contains(_folder["postern.json"], error.Message);
    }

    [Fact]
    public void A_bad_variable_is_named()
    {
        _environment["POSTERN_LOG_LEVEL"] = "loud";
        Assert.Contains("POSTERN_LOG_LEVEL has a bad value", Assert.Throws<SettingsException>(() => Read()).Message);
    }

    [Fact]
    public void Help_names_every_setting()
    {
        var help = HelpText.Build();
        Assert.All(SettingTable.All, setting => Assert.Contains(setting.Option + " ", help));
    }

    private ServerOptions Read(params string[] args) => SettingsReader.Read(args, _environment.GetValueOrDefault);
}
