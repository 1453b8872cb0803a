using System.Net;
using Postern.Agent.Sessions.Port;

namespace Postern.Tests.Agent.Sessions;

public sealed class DeniedAddressesTests
{
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.169.253")]
    [InlineData("169.254.169.250")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::169.254.169.254")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("64:ff9b:1::169.254.169.254")]
    [InlineData("64:ff9b:1:a9fe:a9:fe00::")]
    [InlineData("::ffff:0:169.254.169.254")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("fd00:ec2::254%3")]
    [InlineData("0xa9fea9fe")]
    [InlineData("2852039166")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd00:0ec2:0:0:0:0:0:240")]
    public void Services_of_the_cloud_are_denied_in_every_spelling(string address) => Assert.True(DeniedAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.1.1")]
    [InlineData("fd00:ec2::1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("2002:a00:1::1")]
    public void Others_are_not(string address) => Assert.False(DeniedAddresses.Contains(IPAddress.Parse(address)));
}
