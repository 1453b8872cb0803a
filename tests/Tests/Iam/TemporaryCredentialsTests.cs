using Postern.Server.Iam;

namespace Postern.Tests.Iam;

public sealed class TemporaryCredentialsTests
{
    private static readonly TemporaryClaims Claims = new()
    {
        PrincipalId = "AROA1",
        Issued = 1_000,
        Expires = 2_000,
        SessionName = "work",
        Tags = new() { ["ticket"] = "42" },
        TransitiveKeys = ["ticket"],
        Policy = "{}",
        PolicyArns = ["arn:aws:iam::aws:policy/PosternAuditor"],
    };

    [Fact]
    public void What_was_issued_is_opened_with_its_claims_by_every_gateway_with_the_master_key()
    {
        var master = KeysOf.NewMaster();
        var keys = new TemporaryCredentials(master).Issue(Claims);
        Assert.Matches("^ASIA[A-Z2-7]{16}$", keys.AccessKeyId);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(2_000), keys.Expires);
        var other = new TemporaryCredentials(master);
        var opened = other.TryOpen(keys.AccessKeyId, keys.SessionToken)!;
        Assert.Equal(("AROA1", "work", "42", "{}", 1_000L), (opened.PrincipalId, opened.SessionName, opened.Tags!["ticket"], opened.Policy, opened.Issued));
        Assert.Equal(keys.SecretAccessKey, other.SecretOf(keys.AccessKeyId, opened));
        Assert.DoesNotContain(keys.SecretAccessKey, keys.ToString());
        Assert.DoesNotContain(keys.SessionToken, keys.ToString());
    }

    [Fact]
    public void A_token_is_bound_to_its_key_and_cannot_be_changed()
    {
        var credentials = new TemporaryCredentials(KeysOf.NewMaster());
        var (one, two) = (credentials.Issue(Claims), credentials.Issue(Claims));
        Assert.Null(credentials.TryOpen(one.AccessKeyId, two.SessionToken));
        Assert.Null(credentials.TryOpen(one.AccessKeyId, null));
        Assert.Null(credentials.TryOpen(one.AccessKeyId, "not base64!"));
        Assert.Null(credentials.TryOpen(one.AccessKeyId, new string('A', 100_000)));
        for (var i = 0; i < one.SessionToken.Length - 1; i++) // the last character may have bits that mean nothing
        {
            var changed = one.SessionToken.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.Null(credentials.TryOpen(one.AccessKeyId, new string(changed)));
        }
        Assert.Null(new TemporaryCredentials(KeysOf.NewMaster()).TryOpen(one.AccessKeyId, one.SessionToken));
        Assert.Null(new NodeCredentials(KeysOf.NewMaster()).TryOpen(one.AccessKeyId, one.SessionToken));
    }

    [Fact]
    public void Claims_that_would_not_fit_a_header_are_measured_and_not_issued()
    {
        var large = Claims with { Tags = Enumerable.Range(0, 50).ToDictionary(n => $"key{n}", _ => new string('x', 256)) };
        Assert.InRange(TemporaryCredentials.PackedSize(Claims), 1, 10);
        Assert.True(TemporaryCredentials.PackedSize(large) > 100);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TemporaryCredentials(KeysOf.NewMaster()).Issue(large));
    }
}
