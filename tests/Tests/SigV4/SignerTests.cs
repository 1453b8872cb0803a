using Postern.Protocol.SigV4;

namespace Postern.Tests.SigV4;

public sealed class SignerTests
{
    private static readonly string[] AddedBySigner = ["X-Amz-Date", "X-Amz-Security-Token", "Authorization"];

    public static TheoryData<string> HeaderForm => Vector.Names(vector => vector is { Form: "header", Signable: true });
    public static TheoryData<string> QueryForm => Vector.Names(vector => vector.Form == "query");

    [Theory, MemberData(nameof(HeaderForm))]
    public void Signed_headers_are_those_of_botocore(string name)
    {
        var vector = Vector.Named(name);
        var signed = vector.Signed();
        var unsigned = signed with { Headers = [.. signed.Headers.Where(header => !AddedBySigner.Contains(header.Key))] };

        var added = SigV4Signer.Sign(unsigned, vector.Credentials(), vector.Region, vector.Service, vector.Now);

        Assert.Equal(signed.Headers.Where(header => AddedBySigner.Contains(header.Key)).ToDictionary(), added.ToDictionary());
    }

    [Theory, MemberData(nameof(QueryForm))]
    public void Presigned_queries_are_those_of_botocore(string name)
    {
        var vector = Vector.Named(name);

        var query = SigV4Signer.Presign(vector.Signed() with { Query = vector.UnsignedQuery }, vector.Credentials(), vector.Region, vector.Service, vector.Now, TimeSpan.FromSeconds(vector.Expires));

        Assert.Equal(vector.Query.Split('&').Order(), query.Split('&').Order());
    }

    [Fact]
    public void A_request_without_host_is_not_signed()
    {
        var request = new SignableRequest { Method = "GET", Path = "/", Headers = [], BodyHash = Vector.HashOf("") };

        Assert.Throws<ArgumentException>(() => SigV4Signer.Sign(request, new("k", "s"), "r", "ssm", DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void A_signed_request_is_not_signed_again()
    {
        var vector = Vector.Named("start session");

        Assert.Throws<ArgumentException>(() => SigV4Signer.Sign(vector.Signed(), vector.Credentials(), vector.Region, vector.Service, vector.Now));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7 * 24 * 3600 + 1)]
    public void A_presigned_request_lives_a_second_to_a_week(int seconds)
    {
        var vector = Vector.Named("presigned");

        Assert.Throws<ArgumentOutOfRangeException>(() =>
            SigV4Signer.Presign(vector.Signed() with { Query = "" }, vector.Credentials(), vector.Region, vector.Service, vector.Now, TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public void Credentials_and_claims_do_not_show_their_secrets()
    {
        Assert.DoesNotContain("hidden", new AwsCredentials("k", "hidden", "hidden").ToString());
        Assert.True(SigV4Verifier.TryParse(Vector.Named("session token").Signed(), out var claims, out _));
        Assert.DoesNotContain(claims.SessionToken!, claims.ToString());
    }
}
