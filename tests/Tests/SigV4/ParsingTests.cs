using Postern.Protocol.SigV4;

namespace Postern.Tests.SigV4;

public sealed class ParsingTests
{
    private const string Credential = "Credential=AKID/20260228/us-east-1/ssm/aws4_request";
    private const string Names = "SignedHeaders=host;x-amz-date";
    private const string Good = $"AWS4-HMAC-SHA256 {Credential}, {Names}, Signature=ab+/c==";

    private static SignableRequest Request(params (string Name, string Value)[] headers) => new()
    {
        Method = "POST",
        Path = "/",
        Headers = [new("Host", "h"), new("X-Amz-Date", "20260228T235958Z"), .. headers.Select(header => KeyValuePair.Create(header.Name, header.Value))],
        BodyHash = Vector.HashOf(""),
    };

    private static SignatureError Refused(SignableRequest request)
    {
        Assert.False(SigV4Verifier.TryParse(request, out var claims, out var error));
        Assert.Null(claims);
        return error;
    }

    [Theory]
    [InlineData(Good)]
    [InlineData($"AWS4-HMAC-SHA256 {Credential},{Names},Signature=ab+/c==")]
    [InlineData($"AWS4-HMAC-SHA256   Signature=ab+/c==  ,   {Names} ,{Credential}")]
    [InlineData($"  AWS4-HMAC-SHA256\t{Names}, Signature=ab+/c==, {Credential}, Extra=x ")]
    public void Order_and_spaces_do_not_matter_and_base64_survives(string authorization)
    {
        Assert.True(SigV4Verifier.TryParse(Request(("authorization", authorization)), out var claims, out var error));

        Assert.Null(error);
        Assert.Equal("AKID", claims.AccessKeyId);
        Assert.Equal(new CredentialScope("20260228", "us-east-1", "ssm"), claims.Scope);
        Assert.Equal(["host", "x-amz-date"], claims.SignedHeaders);
        Assert.Equal("ab+/c==", claims.Signature);
        Assert.Null(claims.Expires);
    }

    [Fact]
    public void A_request_that_is_not_signed_misses_its_token() =>
        Assert.Equal("MissingAuthenticationTokenException", Refused(Request()).Code);

    [Theory]
    [InlineData("", "algorithm")]
    [InlineData("Bearer abc", "algorithm")]
    [InlineData("AWS4-ECDSA-P256-SHA256 " + Credential, "algorithm")]
    [InlineData("AWS4-HMAC-SHA256", "requires 'Credential' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires 'Signature'")]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, {Names}", "requires 'Signature' parameter")]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, {Names}, Signature=", "Signature must be")]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, {Names}, Signature=a, Signature=b", "more than one 'Signature'")]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, {Names}, Signature", "name=value")]
    [InlineData($"AWS4-HMAC-SHA256 Credential=AKID/20260228/us-east-1/ssm, {Names}, Signature=a", "5 slash-delimited")]
    [InlineData($"AWS4-HMAC-SHA256 Credential=/20260228/us-east-1/ssm/aws4_request, {Names}, Signature=a", "key id")]
    [InlineData($"AWS4-HMAC-SHA256 Credential=AKID\0/20260228/us-east-1/ssm/aws4_request, {Names}, Signature=a", "key id")]
    [InlineData($"AWS4-HMAC-SHA256 Credential=AK ID/20260228/us-east-1/ssm/aws4_request, {Names}, Signature=a", "key id")]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, SignedHeaders=, Signature=a", "SignedHeaders")]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, SignedHeaders=host;;x-amz-date, Signature=a", "SignedHeaders")]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, SignedHeaders=host;HOST, Signature=a", "each once")]
    [InlineData($"AWS4-HMAC-SHA256 {Credential}, SignedHeaders=host;a b, Signature=a", "SignedHeaders")]
    public void A_header_that_lacks_something_says_what(string authorization, string expected)
    {
        var error = Refused(Request(("Authorization", authorization)));

        Assert.Equal("IncompleteSignatureException", error.Code);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Another_terminator_is_refused() => Assert.Contains("valid terminator",
        Refused(Request(("Authorization", Good.Replace("aws4_request", "aws5_request")))).Message);

    [Fact]
    public void Lengths_are_bounded()
    {
        Assert.Contains("characters long", Refused(Request(("Authorization", Good + new string('x', SigV4Limits.AuthorizationLength)))).Message);
        Assert.Contains("Signature must be", Refused(Request(("Authorization", Good + new string('x', SigV4Limits.SignatureLength)))).Message);
        Assert.Contains("characters long", Refused(Request(("Authorization", Good)) with { Query = new string('x', SigV4Limits.QueryLength + 1) }).Message);
        Assert.Contains("characters long", Refused(Request(("Authorization", Good)) with { Path = new string('/', SigV4Limits.PathLength + 1) }).Message);
        var names = string.Join(';', Enumerable.Range(0, SigV4Limits.SignedHeaders + 1).Select(n => $"h{n}"));
        Assert.Contains("64 headers", Refused(Request(("Authorization", $"AWS4-HMAC-SHA256 {Credential}, SignedHeaders={names}, Signature=a"))).Message);
    }

    [Fact]
    public void A_header_that_tells_the_caller_apart_comes_once()
    {
        Assert.Contains("not several", Refused(Request(("Authorization", Good), ("Authorization", Good))).Message);
        Assert.Contains("X-Amz-Date", Refused(Request(("Authorization", Good), ("x-amz-date", "20260228T235958Z"))).Message);
        Assert.Contains("X-Amz-Security-Token", Refused(Request(("Authorization", Good), ("X-Amz-Security-Token", "a"), ("X-Amz-Security-Token", "b"))).Message);
        Assert.Contains("not in both", Refused(Request(("Authorization", Good)) with { Query = "X-Amz-Signature=a" }).Message);
    }

    [Theory]
    [InlineData("2026-02-28T23:59:58Z")]
    [InlineData("20260230T235958Z")]
    [InlineData("")]
    public void A_date_in_another_format_is_refused(string date)
    {
        var request = Request(("Authorization", Good)) with { Headers = [new("Host", "h"), new("Authorization", Good), new("X-Amz-Date", date)] };

        Assert.Contains("X-Amz-Date", Refused(request).Message);
    }

    [Theory]
    [InlineData("X-Amz-Algorithm=AWS4-HMAC-SHA256", "requires 'X-Amz-Credential' parameter")]
    [InlineData("X-Amz-Signature=a", "algorithm")]
    [InlineData("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Algorithm=x", "more than one 'X-Amz-Algorithm'")]
    [InlineData("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Date=b&X-Amz-SignedHeaders=host&X-Amz-Signature=c&X-Amz-Expires=0", "X-Amz-Expires")]
    [InlineData("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Date=b&X-Amz-SignedHeaders=host&X-Amz-Signature=c&X-Amz-Expires=604801", "X-Amz-Expires")]
    [InlineData("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Date=b&X-Amz-SignedHeaders=host&X-Amz-Signature=c&X-Amz-Expires=-1", "X-Amz-Expires")]
    public void A_presigned_query_that_lacks_something_says_what(string query, string expected)
    {
        var error = Refused(Request() with { Query = query });

        Assert.Equal("IncompleteSignatureException", error.Code);
        Assert.Contains(expected, error.Message);
    }
}
