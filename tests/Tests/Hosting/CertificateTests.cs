using System.Net;
using System.Security.Cryptography.X509Certificates;
using Postern.Server.Hosting;
using Postern.Server.Iam;
using Postern.Server.Settings;
using Postern.Tests.Api;
using Postern.Tests.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Hosting;

public sealed class CertificateTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestTime _time = new();
    private readonly MasterKey _master = KeysOf.NewMaster();
    private readonly DataDirectory _data;
    private readonly ServerOptions _options;

    public CertificateTests()
    {
        _data = new DataDirectory(_folder.Path);
        _options = new ServerOptions { Data = _folder.Path, Listen = [IPEndPoint.Parse("192.0.2.7:443")], Endpoint = new Uri("https://postern.example") };
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_certificate_has_every_name_clients_may_call()
    {
        var certificate = Load(_options);
        foreach (var host in new[] { "localhost", "postern.example" })
            Assert.True(certificate.MatchesHostname(host), host);
        foreach (var address in new[] { "127.0.0.1", "::1", "192.0.2.7" })
            Assert.True(certificate.MatchesHostname(address), address);
        Assert.True(certificate.NotAfter - certificate.NotBefore <= TimeSpan.FromDays(366));
        using var authority = CertificateAuthority.LoadOrCreate(_data, new Sealer(_master, SealedKeyFile.Purpose), _time);
        Assert.True(authority.Vouches(certificate, _time.GetUtcNow()));
    }

    [Fact]
    public void Listening_everywhere_covers_every_address_of_this_machine()
        => Assert.True(Load(_options with { Listen = [new(IPAddress.Any, 443)] }).MatchesHostname("127.0.0.1"));

    [Fact]
    public void It_stays_while_it_is_good_and_is_renewed_a_month_before_its_end()
    {
        var certificates = new ServerCertificate(_options, _data, _master, _time);
        Assert.True(certificates.Refresh());
        var first = certificates.Current.TargetCertificate.SerialNumber;
        _time.Ahead = TimeSpan.FromDays(330);
        Assert.False(certificates.Refresh());
        _time.Ahead = TimeSpan.FromDays(340);
        Assert.True(certificates.Refresh());
        Assert.NotEqual(first, certificates.Current.TargetCertificate.SerialNumber);
    }

    [Fact]
    public void A_new_address_means_a_new_certificate_of_the_same_authority()
    {
        var before = Load(_options);
        var authority = File.ReadAllText(_data.CaCertificate);
        var after = Load(_options with { Listen = [IPEndPoint.Parse("192.0.2.8:443")] });
        Assert.NotEqual(before.SerialNumber, after.SerialNumber);
        Assert.True(after.MatchesHostname("192.0.2.8"));
        Assert.Equal(authority, File.ReadAllText(_data.CaCertificate));
    }

    [Fact]
    public void A_damaged_server_certificate_is_made_anew()
    {
        var before = Load(_options);
        File.WriteAllText(_data.ServerCertificate, "damaged");
        Assert.NotEqual(before.SerialNumber, Load(_options).SerialNumber);
    }

    [Fact]
    public void A_certificate_of_another_authority_is_replaced()
    {
        var before = Load(_options);
        File.Delete(_data.CaCertificate);
        File.Delete(_data.CaKey);
        Assert.NotEqual(before.SerialNumber, Load(_options).SerialNumber);
    }

    [Fact]
    public void An_expired_authority_is_told_with_what_to_do()
    {
        Load(_options);
        _time.Ahead = TimeSpan.FromDays(3660);
        Assert.Contains("expired", Assert.Throws<StartupException>(() => Load(_options)).Message);
    }

    [Fact]
    public void A_given_certificate_is_read_again_when_its_file_changes()
    {
        Load(_options);
        var given = new ServerCertificate(_options with { Certificate = _data.ServerCertificate, Key = _data.ServerKey }, new DataDirectory(_folder["other"]), _master, _time);
        Assert.True(given.Refresh());
        Assert.False(given.Refresh());
        using (var authority = CertificateAuthority.LoadOrCreate(_data, new Sealer(_master, SealedKeyFile.Purpose), _time))
            authority.Issue(_data, ServerNames.Of(_options), _time);
        File.SetLastWriteTimeUtc(_data.ServerCertificate, DateTime.UtcNow.AddMinutes(1));
        Assert.True(given.Refresh());
    }

    private X509Certificate2 Load(ServerOptions options)
    {
        var certificates = new ServerCertificate(options, _data, _master, _time);
        certificates.Refresh();
        return certificates.Current.TargetCertificate;
    }
}
