package io.rapidbyte.connector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkPolicyTest {
    private static final NetworkPolicy POLICY = new NetworkPolicy(
            List.of("db.example.com", "*.internal", "10.1.2.3", "2001:DB8::1"),
            Set.of("Warehouse.Example.org."),
            NetworkPolicy.TlsRule.OPTIONAL);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "db.example.com",
                "DB.Example.COM.",
                "a.internal",
                "a.b.internal",
                "10.1.2.3",
                "2001:db8:0::1",
                "[2001:db8::1]",
                "warehouse.example.org"
            })
    void admits_hosts_that_the_manifest_or_the_settings_name(String host) throws ConnectorException {
        assertThat(POLICY.admit(host)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "xdb.example.com",
                "db.example.com.evil.net",
                "internal",
                "notinternal",
                "10.1.2.30",
                "localhost",
                "*.internal.evil.com"
            })
    void refuses_every_other_host(String host) {
        assertThatThrownBy(() -> POLICY.admit(host)).isInstanceOf(ConnectorException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\u0000.internal", "a/../b.internal", "*.internal", "-", "a\n.internal"})
    void refuses_what_is_no_host_name_at_all(String host) {
        assertThatThrownBy(() -> POLICY.admit(host))
                .asInstanceOf(InstanceOfAssertFactories.type(ConnectorException.class))
                .satisfies(e -> assertThat(e.error().code()).isEqualTo("net.invalid-host"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.0.1",
                "fe80::1",
                "febf::1",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "fd00:ec2::254",
                "100.100.100.200",
                "0.0.0.0",
                "::",
                "224.0.0.1"
            })
    void refuses_addresses_of_metadata_services_whatever_name_led_there(String address) {
        assertThatThrownBy(() -> POLICY.admit("a.internal", InetAddress.ofLiteral(address)))
                .asInstanceOf(InstanceOfAssertFactories.type(ConnectorException.class))
                .satisfies(e -> {
                    assertThat(e.error().category()).isEqualTo(ErrorCategory.PERMISSION);
                    assertThat(e.error().message()).contains("a.internal");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "93.184.216.34"})
    void admits_ordinary_addresses(String address) throws ConnectorException {
        POLICY.admit("a.internal", InetAddress.ofLiteral(address));
    }

    @Test
    void admits_a_link_local_address_that_the_manifest_lists_literally() throws ConnectorException {
        NetworkPolicy policy =
                new NetworkPolicy(List.of("169.254.10.1", "fe80::2"), Set.of(), NetworkPolicy.TlsRule.OPTIONAL);
        policy.admit("169.254.10.1", InetAddress.ofLiteral("169.254.10.1"));
        policy.admit("x", InetAddress.ofLiteral("fe80:0::2"));
    }

    @Test
    void settings_cannot_grant_a_link_local_address() {
        NetworkPolicy policy = new NetworkPolicy(List.of(), Set.of("169.254.169.254"), NetworkPolicy.TlsRule.OPTIONAL);
        assertThatThrownBy(() -> policy.admit("169.254.169.254", InetAddress.ofLiteral("169.254.169.254")))
                .isInstanceOf(ConnectorException.class);
    }
}
