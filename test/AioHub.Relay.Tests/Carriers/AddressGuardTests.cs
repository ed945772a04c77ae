using System.Net;
using AioHub.Relay.Carriers;

namespace AioHub.Relay.Tests.Carriers;

public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("64:ff9b:1::7f00:1")]
    [InlineData("2001:0:7f00:1::")]
    [InlineData("2001:db8::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("100::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("169.254.169.254")]
    public void Special_addresses_are_refused(string address) => AddressGuard.IsPrivate(IPAddress.Parse(address)).ShouldBeTrue();

    [Theory]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001:80b::200e")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("8.8.8.8")]
    public void Public_addresses_are_allowed(string address) => AddressGuard.IsPrivate(IPAddress.Parse(address)).ShouldBeFalse();
}
