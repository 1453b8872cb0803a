using Postern.Cli.Config;
using Postern.Tests.Support;

namespace Postern.Tests.Cli;

public sealed class KnownRecordingKeysTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_gateway_has_the_key_it_was_met_with()
    {
        var known = KnownRecordingKeys.OfUser(name => name == "XDG_CONFIG_HOME" ? _folder.Path : null);
        var (one, other) = (new Uri("https://gateway.example:8443/"), new Uri("https://gateway.example:9443/"));
        Assert.Null(known.Find(one));
        known.Add(one, "aa11");
        known.Add(other, "bb22");
        known.Add(one, "cc33"); // what was first stays
        Assert.Equal(("aa11", "bb22"), (known.Find(new Uri("https://gateway.example:8443/some/path")), known.Find(other)));
        Assert.Equal(_folder["postern/recording-keys"], known.Path);
    }

    [Fact]
    public void Without_the_variable_it_is_below_home()
        => Assert.Equal("/home/anna/.config/postern/recording-keys", KnownRecordingKeys.OfUser(name => name == "HOME" ? "/home/anna" : null).Path);

    [Fact]
    public void A_file_that_cannot_be_one_is_named()
    {
        Directory.CreateDirectory(_folder["postern"]);
        File.WriteAllBytes(_folder["postern/recording-keys"], new byte[1024 * 1024 + 1]);
        var known = KnownRecordingKeys.OfUser(name => name == "XDG_CONFIG_HOME" ? _folder.Path : null);
        Assert.Contains("recording-keys", Assert.Throws<SettingsException>(() => known.Find(new Uri("https://gateway.example"))).Message);
    }
}
