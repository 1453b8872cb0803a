using Postern.Protocol.SigV4;

namespace Postern.Tests.SigV4;

public sealed class VerifierTests
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public static TheoryData<string> All => Vector.Names(_ => true);
    public static TheoryData<string> HeaderForm => Vector.Names(vector => vector.Form == "header");
    public static TheoryData<string> QueryForm => Vector.Names(vector => vector.Form == "query");

    private static SignatureError? Check(Vector vector, SignableRequest request, DateTimeOffset? now = null, string? secret = null)
    {
        if (!SigV4Verifier.TryParse(request, out var claims, out var error)) return error;
        return SigV4Verifier.Verify(request, claims, secret ?? vector.Secret, vector.Region, vector.Service, now ?? vector.Now, Tolerance);
    }

    [Theory, MemberData(nameof(All))]
    public void The_string_to_sign_is_that_of_botocore(string name)
    {
        var vector = Vector.Named(name);
        Assert.True(SigV4Verifier.TryParse(vector.Signed(), out var claims, out _));

        Assert.Equal(vector.CanonicalRequest, CanonicalRequest.Build(vector.Signed(), claims.SignedHeaders, vector.Service));
        Assert.Equal(vector.StringToSign, CanonicalRequest.StringToSign(vector.Signed(), claims.SignedHeaders, claims.Scope, claims.Date));
    }

    [Theory, MemberData(nameof(All))]
    public void Requests_signed_by_botocore_are_accepted(string name)
    {
        var vector = Vector.Named(name);

        Assert.Null(Check(vector, vector.Signed()));
    }

    [Theory, MemberData(nameof(All))]
    public void The_claims_are_those_signed(string name)
    {
        var vector = Vector.Named(name);

        Assert.True(SigV4Verifier.TryParse(vector.Signed(), out var claims, out _));

        Assert.Equal(vector.KeyId, claims.AccessKeyId);
        Assert.Equal(new CredentialScope("20260228", vector.Region, vector.Service), claims.Scope);
        Assert.Equal(vector.Now, claims.Date);
        Assert.Equal(vector.Token, claims.SessionToken);
        Assert.Equal(vector.Form == "query" ? TimeSpan.FromSeconds(vector.Expires) : null, claims.Expires);
    }

    [Theory, MemberData(nameof(All))]
    public void A_wrong_secret_is_refused(string name)
    {
        var vector = Vector.Named(name);

        Assert.Equal("InvalidSignatureException", Check(vector, vector.Signed(), secret: vector.Secret + "x")?.Code);
    }

    [Theory, MemberData(nameof(HeaderForm))]
    public void A_signature_in_a_header_is_valid_for_the_tolerance_in_both_directions(string name)
    {
        var vector = Vector.Named(name);

        Assert.Null(Check(vector, vector.Signed(), vector.Now + Tolerance));
        Assert.Null(Check(vector, vector.Signed(), vector.Now - Tolerance));
        Assert.Equal("Signature expired: 20260228T235958Z is now earlier than 20260228T235959Z (20260301T000459Z - 5 min.)",
            Check(vector, vector.Signed(), vector.Now + Tolerance + TimeSpan.FromSeconds(1))?.Message);
        Assert.Equal("Signature not yet current: 20260228T235958Z is still later than 20260228T235957Z (20260228T235457Z + 5 min.)",
            Check(vector, vector.Signed(), vector.Now - Tolerance - TimeSpan.FromSeconds(1))?.Message);
    }

    [Theory, MemberData(nameof(QueryForm))]
    public void A_presigned_request_is_valid_for_as_long_as_it_says(string name)
    {
        var vector = Vector.Named(name);
        var life = TimeSpan.FromSeconds(vector.Expires);

        Assert.Null(Check(vector, vector.Signed(), vector.Now + life));
        Assert.StartsWith("Signature expired", Check(vector, vector.Signed(), vector.Now + life + TimeSpan.FromSeconds(1))?.Message);
    }

    [Fact]
    public void Another_region_or_service_is_named_in_the_refusal()
    {
        var vector = Vector.Named("start session");
        Assert.True(SigV4Verifier.TryParse(vector.Signed(), out var claims, out _));

        Assert.StartsWith("Credential should be scoped to a valid region, not 'us-east-1'",
            SigV4Verifier.Verify(vector.Signed(), claims, vector.Secret, "eu-west-1", "ssm", vector.Now, Tolerance)?.Message);
        Assert.StartsWith("Credential should be scoped to correct service: 'ec2messages'",
            SigV4Verifier.Verify(vector.Signed(), claims, vector.Secret, "us-east-1", "ec2messages", vector.Now, Tolerance)?.Message);
    }

    [Fact]
    public void A_content_hash_that_is_not_that_of_the_body_is_refused()
    {
        var vector = Vector.Named("start session");
        var request = vector.Signed();

        var honest = request with { Headers = [.. request.Headers, new("x-amz-content-sha256", request.BodyHash)] };
        var lying = request with { Headers = [.. request.Headers, new("x-amz-content-sha256", "UNSIGNED-PAYLOAD")] };

        Assert.Null(Check(vector, honest));
        Assert.Contains("x-amz-content-sha256", Check(vector, lying)?.Message);
    }

    [Theory]
    [InlineData("X-Amz-Target")]
    [InlineData("X-Amz-Security-Token")]
    public void A_target_or_token_added_after_signing_is_refused(string name)
    {
        var vector = Vector.Named("empty body");
        var request = vector.Signed();

        var error = Check(vector, request with { Headers = [.. request.Headers, new(name, "AmazonSSM.DeleteActivation")] });

        Assert.Equal("InvalidSignatureException", error?.Code);
        Assert.Contains(name.ToLowerInvariant(), error?.Message);
    }

    [Theory]
    [InlineData("host")]
    [InlineData("x-amz-date")]
    public void Host_and_date_must_be_signed(string name)
    {
        var request = new SignableRequest { Method = "GET", Path = "/", Headers = [new("Host", "h"), new("X-Amz-Date", "20260228T235958Z")], BodyHash = Vector.HashOf("") };
        var scope = new CredentialScope("20260228", "us-east-1", "ssm");
        string[] signed = name == "host" ? ["x-amz-date"] : ["host"];
        var now = new DateTimeOffset(2026, 2, 28, 23, 59, 58, TimeSpan.Zero);
        var claims = new SignatureClaims
        {
            AccessKeyId = "k",
            Scope = scope,
            SignedHeaders = signed,
            Date = now,
            Signature = HmacSignature.Compute("s", scope, CanonicalRequest.StringToSign(request, signed, scope, now)),
        };

        Assert.Contains(name, SigV4Verifier.Verify(request, claims, "s", "us-east-1", "ssm", now, Tolerance)?.Message, StringComparison.OrdinalIgnoreCase);
    }
}
