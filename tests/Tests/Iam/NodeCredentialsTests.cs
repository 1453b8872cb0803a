using Postern.Server.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Iam;

public sealed class NodeCredentialsTests
{
    private const string NodeId = "mi-0123456789abcdef0";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_token_speaks_of_its_node_for_an_hour()
    {
        var credentials = new NodeCredentials(KeysOf.NewMaster());
        var keys = credentials.Issue(NodeId, Now);
        Assert.Matches("^ASIA[A-Z2-7]{16}$", keys.AccessKeyId);
        Assert.Equal(40, keys.SecretAccessKey.Length);
        Assert.Equal(Now.AddHours(1), keys.Expires);
        var token = credentials.TryOpen(keys.AccessKeyId, keys.SessionToken);
        Assert.Equal(new NodeToken(NodeId, keys.SecretAccessKey, keys.Expires), token);
    }

    [Fact]
    public void A_token_belongs_to_the_access_key_it_was_issued_with()
    {
        var credentials = new NodeCredentials(KeysOf.NewMaster());
        var one = credentials.Issue(NodeId, Now);
        var other = credentials.Issue("mi-0fedcba9876543210", Now);
        Assert.NotEqual(one.SecretAccessKey, other.SecretAccessKey);
        Assert.Null(credentials.TryOpen(one.AccessKeyId, other.SessionToken));
        Assert.Null(credentials.TryOpen(other.AccessKeyId, one.SessionToken));
    }

    [Fact]
    public void A_token_of_another_gateway_opens_nothing()
    {
        var keys = new NodeCredentials(KeysOf.NewMaster()).Issue(NodeId, Now);
        Assert.Null(new NodeCredentials(KeysOf.NewMaster()).TryOpen(keys.AccessKeyId, keys.SessionToken));
    }

    [Fact]
    public void Every_changed_character_is_noticed()
    {
        var credentials = new NodeCredentials(KeysOf.NewMaster());
        var keys = credentials.Issue(NodeId, Now);
        for (var i = 0; i < keys.SessionToken.Length; i++)
        {
            var changed = keys.SessionToken.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'Q' : 'A'; // differ in the bits that even a last, half-used character carries
            Assert.Null(credentials.TryOpen(keys.AccessKeyId, new string(changed)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64url!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Garbage_opens_nothing(string? token)
        => Assert.Null(new NodeCredentials(KeysOf.NewMaster()).TryOpen("ASIAAAAAAAAAAAAAAAAA", token));

    [Fact]
    public void An_oversized_token_is_not_looked_at()
        => Assert.Null(new NodeCredentials(KeysOf.NewMaster()).TryOpen("ASIAAAAAAAAAAAAAAAAA", new string('A', 1_000_000)));

    [Fact]
    public void Secrets_do_not_show_when_printed()
    {
        var keys = new NodeCredentials(KeysOf.NewMaster()).Issue(NodeId, Now);
        Assert.DoesNotContain(keys.SecretAccessKey, keys.ToString());
        Assert.DoesNotContain(keys.SessionToken, keys.ToString());
    }

    [Fact]
    public void A_damaged_master_key_is_refused()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["master.key"], new byte[33]);
        Assert.Contains("exactly 32 bytes", Assert.Throws<InvalidDataException>(() => MasterKey.LoadOrCreate(folder["master.key"])).Message);
    }
}
