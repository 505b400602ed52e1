SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION old_store.check_event() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'old_store'
    AS $$
       BEGIN
         IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event) THEN
           RAISE EXCEPTION 'the journal is append-only: an event follows the last one';
         END IF;
         IF NEW.actor <> session_user THEN
           RAISE EXCEPTION USING MESSAGE = 'an event carries the name of its login, not ' || NEW.actor;
         END IF;
         RETURN NEW;
       END $$;
CREATE FUNCTION old_store.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
       BEGIN RAISE EXCEPTION 'the journal is append-only: events are never changed or deleted'; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE old_store.box (
    drive text NOT NULL,
    object text NOT NULL,
    timestamp_ns bigint NOT NULL,
    source smallint NOT NULL,
    numbers bytea NOT NULL,
    attributes text,
    event bigint NOT NULL
);
COMMENT ON COLUMN old_store.box.event IS 'the event that set the box';
CREATE TABLE old_store.document (
    drive text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    body text NOT NULL,
    event bigint NOT NULL,
    version bigint NOT NULL,
    created bigint NOT NULL,
    place integer NOT NULL
);
COMMENT ON COLUMN old_store.document.event IS 'the event that set the body';
COMMENT ON COLUMN old_store.document.version IS 'the last event that touched the object, boxes included';
COMMENT ON COLUMN old_store.document.place IS 'with `created`: the order in which documents came';
CREATE TABLE old_store.event (
    seq bigint NOT NULL,
    time_ns bigint NOT NULL,
    actor text NOT NULL,
    client text NOT NULL,
    kind text NOT NULL,
    drive text NOT NULL,
    object text,
    undoes bigint,
    spent_s double precision,
    note text NOT NULL,
    machine text NOT NULL,
    patch text NOT NULL,
    numbers bytea NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE old_store.head (
    id integer NOT NULL,
    seq bigint NOT NULL,
    time_ns bigint NOT NULL,
    hash bytea NOT NULL
);
COMMENT ON TABLE old_store.head IS 'one row, the last event: locked by each writer, and what shows that the journal was cut short';
CREATE SEQUENCE old_store.head_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE old_store.head_id_seq OWNED BY old_store.head.id;
CREATE TABLE old_store.meta (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE old_store.touched (
    drive text NOT NULL,
    object text NOT NULL,
    seq bigint NOT NULL
);
ALTER TABLE ONLY old_store.head ALTER COLUMN id SET DEFAULT nextval('old_store.head_id_seq'::regclass);
INSERT INTO old_store.box VALUES ('drive', '7', 1790000000100000000, 0, '\x00000000000025409a9999999999b93f000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f', NULL, 1);
INSERT INTO old_store.box VALUES ('drive', '7', 1790000000200000000, 0, '\x00000000000026409a9999999999c93f000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f', '{"occluded":2}', 1);
INSERT INTO old_store.box VALUES ('drive', '7', 1790000000300000000, 0, '\x0000000000002740343333333333d33f000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f', NULL, 1);
INSERT INTO old_store.box VALUES ('drive', 'a b', 1790000000000000000, 1, '\x00000000000024400000000000000000000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f', NULL, 1);
INSERT INTO old_store.box VALUES ('drive', 'a b', 1790000000100000000, 1, '\x00000000000025409a9999999999b93f000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f', NULL, 1);
INSERT INTO old_store.box VALUES ('drive', 'a b', 1790000000200000000, 1, '\x00000000000026409a9999999999c93f000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f', NULL, 1);
INSERT INTO old_store.box VALUES ('drive', '7', 1790000000000000000, 0, '\x00000000000024400000000000000000000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f', '{"occluded":1}', 3);
INSERT INTO old_store.document VALUES ('drive', 'drive', '', '{"frame":"world","categories":[{"name":"car","motion":"vehicle","size":[4.2,1.8,1.6],"aliases":{"kitti":["Car"],"nuscenes":["vehicle.car","vehicle.emergency.police"]}},{"name":"van","motion":"vehicle","size":[5.0,1.9,2.1],"aliases":{"kitti":["Van"]}},{"name":"truck","motion":"vehicle","size":[8.0,2.6,3.2],"aliases":{"kitti":["Truck"],"nuscenes":["vehicle.truck","vehicle.emergency.ambulance"]}},{"name":"bus","motion":"vehicle","size":[11.0,2.9,3.5],"aliases":{"nuscenes":["vehicle.bus.rigid","vehicle.bus.bendy"]}},{"name":"trailer","motion":"vehicle","size":[10.0,2.8,3.6],"aliases":{"nuscenes":["vehicle.trailer"]}},{"name":"construction_vehicle","motion":"vehicle","size":[6.4,2.8,3.2],"aliases":{"nuscenes":["vehicle.construction"]}},{"name":"tram","motion":"vehicle","size":[16.0,2.6,3.6],"aliases":{"kitti":["Tram"]}},{"name":"misc","motion":"vehicle","size":[3.6,1.6,1.9],"aliases":{"kitti":["Misc"]}},{"name":"motorcycle","motion":"two_wheeler","size":[2.1,0.8,1.5],"aliases":{"nuscenes":["vehicle.motorcycle"]}},{"name":"bicycle","motion":"two_wheeler","size":[1.7,0.6,1.3],"aliases":{"nuscenes":["vehicle.bicycle"]}},{"name":"cyclist","motion":"two_wheeler","size":[1.8,0.6,1.7],"aliases":{"kitti":["Cyclist"]}},{"name":"pedestrian","motion":"pedestrian","size":[0.8,0.7,1.75],"aliases":{"kitti":["Pedestrian","Person"],"nuscenes":["human.pedestrian.adult","human.pedestrian.child","human.pedestrian.construction_worker","human.pedestrian.police_officer"],"coco":["person"]}},{"name":"person_sitting","motion":"pedestrian","size":[0.8,0.6,1.3],"aliases":{"kitti":["Person_sitting"]}},{"name":"personal_mobility","motion":"pedestrian","size":[1.2,0.7,1.7],"aliases":{"nuscenes":["human.pedestrian.personal_mobility"]}},{"name":"stroller","motion":"pedestrian","size":[1.0,0.6,1.2],"aliases":{"nuscenes":["human.pedestrian.stroller"]}},{"name":"wheelchair","motion":"pedestrian","size":[1.1,0.7,1.4],"aliases":{"nuscenes":["human.pedestrian.wheelchair"]}},{"name":"animal","motion":"pedestrian","size":[0.8,0.4,0.6],"aliases":{"nuscenes":["animal"]}},{"name":"barrier","motion":"static","size":[0.5,2.5,1.0],"aliases":{"nuscenes":["movable_object.barrier"]}},{"name":"traffic_cone","motion":"static","size":[0.4,0.4,1.0],"aliases":{"nuscenes":["movable_object.trafficcone"]}},{"name":"push_cart","motion":"pedestrian","size":[1.0,0.6,1.1],"aliases":{"nuscenes":["movable_object.pushable_pullable"]}},{"name":"debris","motion":"static","size":[1.0,1.0,0.8],"aliases":{"nuscenes":["movable_object.debris"]}},{"name":"bicycle_rack","motion":"static","size":[4.0,2.5,1.3],"aliases":{"nuscenes":["static_object.bicycle_rack"]}}]}', 1, 1, 1, 0);
INSERT INTO old_store.document VALUES ('drive', 'image_track', '["7","CAM_FRONT",0]', '{"id":"7","camera":"CAM_FRONT","category":"Car","timestamps_ns":[1790000000000000000,1790000000000000005],"boxes":[[1.5,2.0,3.0,4.0],[2.0,3.0,4.0,5.25]],"sources":[0,0]}', 1, 1, 1, 4);
INSERT INTO old_store.document VALUES ('drive', 'image_track', '["7","CAM_FRONT",1]', '{"id":"7","camera":"CAM_FRONT","category":"Car","timestamps_ns":[1790000000000000000,1790000000000000005],"boxes":[[1.5,2.0,3.0,4.0],[2.0,3.0,4.0,5.25]],"sources":[0,0]}', 1, 1, 1, 5);
INSERT INTO old_store.document VALUES ('drive', 'event', '["1",0]', '{"id":"1","category":"lane change","start_ns":1,"end_ns":2,"attributes":{"left":true}}', 1, 1, 1, 6);
INSERT INTO old_store.document VALUES ('drive', 'relation', '["r",0]', '{"id":"r","predicate":"isRidingOn","subject_id":"7","object_id":"a b"}', 1, 1, 1, 7);
INSERT INTO old_store.document VALUES ('drive', 'tag', '["weather",null,0]', '{"name":"weather","value":"rain","timestamp_ns":null}', 1, 1, 1, 8);
INSERT INTO old_store.document VALUES ('drive', 'tag', '["weather",1790000000000000000,0]', '{"name":"weather","value":"rain","timestamp_ns":1790000000000000000}', 1, 1, 1, 9);
INSERT INTO old_store.document VALUES ('drive', 'track', 'a b', '{"category":"Pedestrian","attributes":{},"box_attributes":[]}', 1, 1, 1, 2);
INSERT INTO old_store.document VALUES ('drive', 'track', 'empty', '{"category":"Car","attributes":{},"box_attributes":[]}', 1, 1, 1, 3);
INSERT INTO old_store.document VALUES ('drive', 'track', '7', '{"category":"Car","attributes":{"colour":"red","parked":true},"box_attributes":["occluded","unset"]}', 1, 3, 1, 1);
INSERT INTO old_store.event VALUES (1, 1795826175149389877, 'anna', 'sensorann 0.1.0', 'import', 'drive', NULL, NULL, NULL, '', '{}', '{"documents":[["drive","",null,{"frame":"world","categories":[{"name":"car","motion":"vehicle","size":[4.2,1.8,1.6],"aliases":{"kitti":["Car"],"nuscenes":["vehicle.car","vehicle.emergency.police"]}},{"name":"van","motion":"vehicle","size":[5.0,1.9,2.1],"aliases":{"kitti":["Van"]}},{"name":"truck","motion":"vehicle","size":[8.0,2.6,3.2],"aliases":{"kitti":["Truck"],"nuscenes":["vehicle.truck","vehicle.emergency.ambulance"]}},{"name":"bus","motion":"vehicle","size":[11.0,2.9,3.5],"aliases":{"nuscenes":["vehicle.bus.rigid","vehicle.bus.bendy"]}},{"name":"trailer","motion":"vehicle","size":[10.0,2.8,3.6],"aliases":{"nuscenes":["vehicle.trailer"]}},{"name":"construction_vehicle","motion":"vehicle","size":[6.4,2.8,3.2],"aliases":{"nuscenes":["vehicle.construction"]}},{"name":"tram","motion":"vehicle","size":[16.0,2.6,3.6],"aliases":{"kitti":["Tram"]}},{"name":"misc","motion":"vehicle","size":[3.6,1.6,1.9],"aliases":{"kitti":["Misc"]}},{"name":"motorcycle","motion":"two_wheeler","size":[2.1,0.8,1.5],"aliases":{"nuscenes":["vehicle.motorcycle"]}},{"name":"bicycle","motion":"two_wheeler","size":[1.7,0.6,1.3],"aliases":{"nuscenes":["vehicle.bicycle"]}},{"name":"cyclist","motion":"two_wheeler","size":[1.8,0.6,1.7],"aliases":{"kitti":["Cyclist"]}},{"name":"pedestrian","motion":"pedestrian","size":[0.8,0.7,1.75],"aliases":{"kitti":["Pedestrian","Person"],"nuscenes":["human.pedestrian.adult","human.pedestrian.child","human.pedestrian.construction_worker","human.pedestrian.police_officer"],"coco":["person"]}},{"name":"person_sitting","motion":"pedestrian","size":[0.8,0.6,1.3],"aliases":{"kitti":["Person_sitting"]}},{"name":"personal_mobility","motion":"pedestrian","size":[1.2,0.7,1.7],"aliases":{"nuscenes":["human.pedestrian.personal_mobility"]}},{"name":"stroller","motion":"pedestrian","size":[1.0,0.6,1.2],"aliases":{"nuscenes":["human.pedestrian.stroller"]}},{"name":"wheelchair","motion":"pedestrian","size":[1.1,0.7,1.4],"aliases":{"nuscenes":["human.pedestrian.wheelchair"]}},{"name":"animal","motion":"pedestrian","size":[0.8,0.4,0.6],"aliases":{"nuscenes":["animal"]}},{"name":"barrier","motion":"static","size":[0.5,2.5,1.0],"aliases":{"nuscenes":["movable_object.barrier"]}},{"name":"traffic_cone","motion":"static","size":[0.4,0.4,1.0],"aliases":{"nuscenes":["movable_object.trafficcone"]}},{"name":"push_cart","motion":"pedestrian","size":[1.0,0.6,1.1],"aliases":{"nuscenes":["movable_object.pushable_pullable"]}},{"name":"debris","motion":"static","size":[1.0,1.0,0.8],"aliases":{"nuscenes":["movable_object.debris"]}},{"name":"bicycle_rack","motion":"static","size":[4.0,2.5,1.3],"aliases":{"nuscenes":["static_object.bicycle_rack"]}}]}],["track","7",null,{"category":"Car","attributes":{"colour":"red","parked":true},"box_attributes":["occluded","unset"]}],["track","a b",null,{"category":"Pedestrian","attributes":{},"box_attributes":[]}],["track","empty",null,{"category":"Car","attributes":{},"box_attributes":[]}],["image_track","[\"7\",\"CAM_FRONT\",0]",null,{"id":"7","camera":"CAM_FRONT","category":"Car","timestamps_ns":[1790000000000000000,1790000000000000005],"boxes":[[1.5,2.0,3.0,4.0],[2.0,3.0,4.0,5.25]],"sources":[0,0]}],["image_track","[\"7\",\"CAM_FRONT\",1]",null,{"id":"7","camera":"CAM_FRONT","category":"Car","timestamps_ns":[1790000000000000000,1790000000000000005],"boxes":[[1.5,2.0,3.0,4.0],[2.0,3.0,4.0,5.25]],"sources":[0,0]}],["event","[\"1\",0]",null,{"id":"1","category":"lane change","start_ns":1,"end_ns":2,"attributes":{"left":true}}],["relation","[\"r\",0]",null,{"id":"r","predicate":"isRidingOn","subject_id":"7","object_id":"a b"}],["tag","[\"weather\",null,0]",null,{"name":"weather","value":"rain","timestamp_ns":null}],["tag","[\"weather\",1790000000000000000,0]",null,{"name":"weather","value":"rain","timestamp_ns":1790000000000000000}]],"boxes":7,"objects":["7","a b"],"attributes":[{"occluded":1},{"occluded":2}]}', '\x000000000000f323845bd718ff00ffffffff000000000000000000e1e829845bd718ff00ffffffffffffffff0000000000c2de2f845bd718ff00ffffffff010000000000000000a3d435845bd718ff00ffffffffffffffff010000000000f323845bd718ff01ffffffffffffffff0100000000e1e829845bd718ff01ffffffffffffffff0100000000c2de2f845bd718ff01ffffffffffffffff00000000000024400000000000000000000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f00000000000025409a9999999999b93f000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f00000000000026409a9999999999c93f000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f0000000000002740343333333333d33f000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f00000000000024400000000000000000000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f00000000000025409a9999999999b93f000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f00000000000026409a9999999999c93f000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f000000000000f87f', '\x0000000000000000000000000000000000000000000000000000000000000000', '\x9458f7c754b95fd4883f96eba3a49f3df0ec1f359df9049af82d01ce503457fe');
INSERT INTO old_store.event VALUES (2, 1795826175221337653, 'anna', 'sensorann 0.1.0', 'edit', 'drive', '7', NULL, NULL, '', '{}', '{"documents":[],"boxes":1,"objects":["7"],"attributes":[{"occluded":1}]}', '\x000000000000f323845bd7180000000000000000000000000000000024400000000000000000000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f00000000000026400000000000000000000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f', '\x9458f7c754b95fd4883f96eba3a49f3df0ec1f359df9049af82d01ce503457fe', '\xa359ad13a5be9db173eb7baeeb685be324f4e4a035c0ee5d645a830c32189d49');
INSERT INTO old_store.event VALUES (3, 1795826175254483327, 'anna', 'sensorann 0.1.0', 'undo', 'drive', '7', 2, NULL, '', '{}', '{"documents":[],"boxes":1,"objects":["7"],"attributes":[{"occluded":1}]}', '\x000000000000f323845bd7180000000000000000000000000000000026400000000000000000000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f00000000000024400000000000000000000000000000e83fcdcccccccccc1040cdccccccccccfc3f000000000000f83f7a627795b45cef3fbcd23d23ff6dc9bf0000000000000000bcd23d23ff6dc93f7a627795b45cef3f000000000000000000000000000000000000000000000000000000000000f03f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f9a9999999999b93f', '\xa359ad13a5be9db173eb7baeeb685be324f4e4a035c0ee5d645a830c32189d49', '\x019f693ac201fc608d7f8cda5d0240776b3b973576e08032b66dfa13f446f9fd');
INSERT INTO old_store.head VALUES (1, 3, 1795826175254483327, '\x019f693ac201fc608d7f8cda5d0240776b3b973576e08032b66dfa13f446f9fd');
INSERT INTO old_store.meta VALUES ('format_version', '1');
INSERT INTO old_store.touched VALUES ('drive', '7', 1);
INSERT INTO old_store.touched VALUES ('drive', 'a b', 1);
INSERT INTO old_store.touched VALUES ('drive', 'empty', 1);
INSERT INTO old_store.touched VALUES ('drive', '7', 2);
INSERT INTO old_store.touched VALUES ('drive', '7', 3);
SELECT pg_catalog.setval('old_store.head_id_seq', 1, false);
ALTER TABLE ONLY old_store.box
    ADD CONSTRAINT box_pkey PRIMARY KEY (drive, object, timestamp_ns);
ALTER TABLE ONLY old_store.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (drive, kind, key);
ALTER TABLE ONLY old_store.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY old_store.head
    ADD CONSTRAINT head_pkey PRIMARY KEY (id);
ALTER TABLE ONLY old_store.meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (name);
ALTER TABLE ONLY old_store.touched
    ADD CONSTRAINT touched_pkey PRIMARY KEY (drive, object, seq);
CREATE INDEX event_by_actor ON old_store.event USING btree (drive, actor, seq);
CREATE TRIGGER event_follows BEFORE INSERT ON old_store.event FOR EACH ROW EXECUTE FUNCTION old_store.check_event();
CREATE TRIGGER event_keeps BEFORE DELETE OR UPDATE ON old_store.event FOR EACH ROW EXECUTE FUNCTION old_store.refuse_change();
CREATE TRIGGER event_stays BEFORE TRUNCATE ON old_store.event FOR EACH STATEMENT EXECUTE FUNCTION old_store.refuse_change();
ALTER TABLE ONLY old_store.touched
    ADD CONSTRAINT touched_seq_fkey FOREIGN KEY (seq) REFERENCES old_store.event(seq);
GRANT USAGE ON SCHEMA old_store TO PUBLIC;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE old_store.box TO PUBLIC;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE old_store.document TO PUBLIC;
GRANT SELECT,INSERT ON TABLE old_store.event TO PUBLIC;
GRANT SELECT,UPDATE ON TABLE old_store.head TO PUBLIC;
GRANT SELECT ON TABLE old_store.meta TO PUBLIC;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE old_store.touched TO PUBLIC;
